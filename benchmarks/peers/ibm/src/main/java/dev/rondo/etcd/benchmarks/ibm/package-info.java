/** IBM's etcd-java beside Rondo. */
package dev.rondo.etcd.benchmarks.ibm;
