package browser

import (
	"bytes"
	"net/http/httptest"
	"testing"
)

// FuzzRequest decodes what claims to be a request of the page, in each of its forms.
func FuzzRequest(f *testing.F) {
	f.Add("application/json", []byte(`{"as":"maria","channel":"c/x","text":"hi","values":{"a":["b"]}}`))
	f.Add("application/json", []byte(`{"values":[]}`))
	f.Add("application/x-www-form-urlencoded", []byte("as=maria&v.when=May&v.=&text=%zz"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"v.file\"; filename=\"../x\"\r\n\r\ndata\r\n--b--\r\n"))
	f.Add("multipart/form-data; boundary=", []byte("--"))
	f.Add("text/plain", []byte("as=x"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r := httptest.NewRequest("POST", "/api/submit", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		q, err := readRequest(httptest.NewRecorder(), r)
		if err != nil {
			return
		}
		for _, file := range q.files {
			if len(file.Data) > len(body) {
				t.Errorf("a file of %d bytes came of a body of %d", len(file.Data), len(body))
			}
		}
		for name := range q.Values {
			if len(name) > len(body) {
				t.Errorf("a field called %q came of %q", name, body)
			}
		}
	})
}
