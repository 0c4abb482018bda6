package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// FuzzInteraction decodes what claims to be an interaction: it is refused, or it
// names somebody.
func FuzzInteraction(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1001","type":1}`,
		`{"id":"1001","type":2,"token":"t","guild_id":"5","channel_id":"6","member":{"user":{"id":"7","username":"ann"}},"data":{"name":"study","options":[{"name":"open","value":"x"}]}}`,
		`{"id":"1001","type":3,"token":"t","user":{"id":"7"},"message":{"id":"9","flags":64},"data":{"custom_id":"answer/r/b","values":["1"]}}`,
		`{"id":"1001","type":5,"token":"t","user":{"id":"7"},"data":{"custom_id":"x","components":[{"type":18,"component":{"custom_id":"a","value":"b"}}]}}`,
		`{"id":"1001","type":4,"token":"t","user":{"id":"7"},"data":{"name":"quiz","options":[{"name":"topic","value":"s","focused":true}]}}`,
		`{}`, `[]`, `null`, `{"id":9}`, `{"id":"1","data":[]}`, `{"id":"1","member":{"user":null}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, _, err := readInteraction(raw)
		if err != nil {
			return
		}
		if r.Type != receivedPing && (r.User == nil || !isSnowflake(r.User.ID) || r.Token == "") || !isSnowflake(r.ID) {
			t.Errorf("%s: taken without an identity: %+v", raw, r)
		}
		r.direct()
		r.whispered()
	})
}

// FuzzSigned has nobody sign: no header and body is taken for Discord's.
func FuzzSigned(f *testing.F) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	stamp := strconv.FormatInt(now.Unix(), 10)
	good := hex.EncodeToString(ed25519.Sign(private, []byte(stamp+"{}")))
	f.Add(stamp, good, []byte("{} "))
	f.Add(stamp+" ", good, []byte("{}"))
	f.Add("+"+stamp, good, []byte("{}"))
	f.Add("", "", []byte(""))
	a := &Adapter{key: public, log: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, stamped, signature string, body []byte) {
		h := http.Header{"X-Signature-Timestamp": {stamped}, "X-Signature-Ed25519": {signature}}
		if a.signed(h, body, now) && (stamped != stamp || string(body) != "{}") {
			t.Errorf("taken for signed: %q %q %q", stamped, signature, body)
		}
	})
}
