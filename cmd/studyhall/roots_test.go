package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"strings"
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
	var all strings.Builder
	for _, subject := range pool.Subjects() { //lint:ignore SA1019 the pool is ours, not the platform's
		all.Write(subject)
	}
	for _, name := range []string{"DigiCert Global Root G2", "ISRG Root X1", "GTS Root R4", "Amazon Root CA 1"} {
		if !strings.Contains(all.String(), name) {
			t.Errorf("%s is not among %d authorities", name, len(pool.Subjects())) //lint:ignore SA1019 as above
		}
	}
}
