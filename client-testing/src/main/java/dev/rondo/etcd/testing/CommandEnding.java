package dev.rondo.etcd.testing;

/**
 * How a program has ended.
 *
 * @param code zero if it succeeded
 * @param output what it printed
 * @param complaints what it printed to standard error
 */
public record CommandEnding(int code, String output, String complaints) {}
