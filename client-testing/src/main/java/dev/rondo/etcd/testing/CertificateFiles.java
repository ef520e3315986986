package dev.rondo.etcd.testing;

import java.nio.file.Path;

/**
 * A certificate and its private key as PEM files.
 *
 * @param certificate the certificate, signed by a CA directly
 * @param key the key in PKCS#8, not encrypted
 */
public record CertificateFiles(Path certificate, Path key) {}
