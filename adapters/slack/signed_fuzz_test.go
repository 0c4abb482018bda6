package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// FuzzSigned has nobody sign: no header and body is taken for Slack's.
func FuzzSigned(f *testing.F) {
	const secret = "0123456789abcdef"
	now := time.Unix(1_800_000_000, 0)
	stamp := strconv.FormatInt(now.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte("v0:" + stamp + ":{}"))
	good := "v0=" + hex.EncodeToString(sum.Sum(nil))
	f.Add(stamp, good, []byte("{} "))
	f.Add(stamp+":", good, []byte("{}"))
	f.Add("+"+stamp, good, []byte("{}"))
	f.Add(stamp, good[3:], []byte("{}"))
	f.Add("", "v0=", []byte(""))
	f.Fuzz(func(t *testing.T, stamped, signature string, body []byte) {
		h := http.Header{"X-Slack-Request-Timestamp": {stamped}, "X-Slack-Signature": {signature}}
		if _, ok := signed(secret, h, body, now); ok && (stamped != stamp || string(body) != "{}") {
			t.Errorf("taken for signed: %q %q %q", stamped, signature, body)
		}
	})
}
