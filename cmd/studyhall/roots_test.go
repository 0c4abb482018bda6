package main

import (
	"bytes"
	"crypto/x509"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// TestRoots looks for the authorities behind Slack's and Discord's certificates
// where the system has none, as in an image made from scratch.
func TestRoots(t *testing.T) {
	if os.Getenv("SSL_CERT_FILE") != os.DevNull { // the pool is read once a process
		again := exec.Command(os.Args[0], "-test.run=^TestRoots$", "-test.count=1")
		again.Env = append(os.Environ(), "SSL_CERT_FILE="+os.DevNull, "SSL_CERT_DIR="+t.TempDir())
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 where the system has none, the pool is the program's
	subjects := pool.Subjects()
	for _, name := range []string{"DigiCert Global Root G2", "ISRG Root X1", "GTS Root R4", "Amazon Root CA 1"} {
		if !slices.ContainsFunc(subjects, func(s []byte) bool { return bytes.Contains(s, []byte(name)) }) {
			t.Errorf("%s is not among %d authorities", name, len(subjects))
		}
	}
}
