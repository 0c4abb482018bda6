package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Signature is what Slack signs a request with, of a secret, a moment in Unix
// seconds and a body.
func Signature(secret string, unix int64, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "v0:%d:%s", unix, body)
	return "v0=" + hex.EncodeToString(h.Sum(nil))
}

// Signed is a request that Slack makes in HTTP mode.
type Signed struct {
	URL  string
	Form bool // the body is a form, JSON otherwise
	Body []byte
	At   time.Time // that it is signed for
	// Forged signs with another secret.
	Forged bool
	// Header is sent besides, such as X-Slack-Retry-Num.
	Header http.Header
}

// Answer is what the bot said to a [Signed] request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// errRedirects is for addresses that lead on more than twice.
var errRedirects = errors.New("too many redirects")

// Post sends a request to the bot, signed.
func (s *Server) Post(q Signed) (Answer, error) {
	secret := s.app.signing
	if q.Forged {
		secret = strings.Repeat("f", len(secret))
	}
	ctx, cancel := context.WithTimeout(s.stopping, s.o.Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, q.URL, bytes.NewReader(q.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("post to the bot: %w", err)
	}
	for key, values := range q.Header {
		r.Header[key] = values
	}
	r.Header.Set("Content-Type", "application/json")
	if q.Form {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(q.At.Unix(), 10))
	r.Header.Set("X-Slack-Signature", Signature(secret, q.At.Unix(), q.Body))
	client := *s.o.HTTP
	client.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		if len(via) > 2 {
			return errRedirects
		}
		return nil
	}
	a, err := client.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("post to the bot: %w", err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxRequest))
	if err != nil {
		return Answer{}, fmt.Errorf("post to the bot: %w", err)
	}
	return Answer{a.StatusCode, a.Header, body}, nil
}

// post1 posts a delivery to the bot's address and takes the answer as the
// acknowledgement. The caller holds the lock.
func (s *Server) post1(d *delivery) {
	q := Signed{URL: d.url, Body: d.payload, At: s.now(), Form: d.kind != eventsAPI}
	switch d.kind {
	case interactive:
		q.Body = []byte(url.Values{"payload": {string(d.payload)}}.Encode())
	case slash:
		q.Body = slashForm(d.payload)
	case eventsAPI:
		if d.attempt > 0 {
			q.Header = http.Header{"X-Slack-Retry-Num": {strconv.Itoa(d.attempt)}, "X-Slack-Retry-Reason": {d.reason}}
		}
	}
	attempt := d.attempt
	s.work.Go(func() {
		a, err := s.Post(q)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.stopping.Err() != nil {
			return
		}
		if !d.waits || d.attempt != attempt {
			if err == nil {
				s.counts.Late++
			}
			return
		}
		switch {
		case errors.Is(err, errRedirects):
			d.failed("too_many_redirects")
		case errors.Is(err, context.DeadlineExceeded):
			d.failed("http_timeout")
		case err != nil:
			d.failed("connection_failed")
		case a.Status < 200 || a.Status > 299:
			if a.Header.Get("X-Slack-No-Retry") == "1" {
				d.attempt = mostRetries
			}
			d.failed("http_error")
		case d.kind == eventsAPI:
			d.acked(nil)
		default:
			d.acked(a.payload(d))
		}
	})
}

// payload is the body of an answer, as an acknowledgement would have it. Text in
// answer to a command is a message.
func (a Answer) payload(d *delivery) []byte {
	body := bytes.TrimSpace(a.Body)
	if len(body) == 0 || !d.answers {
		return nil
	}
	if d.kind == slash && !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		return encode(object{"text": string(body)})
	}
	return body
}

// slashForm is a command as it is posted.
func slashForm(payload []byte) []byte {
	form := url.Values{}
	v, _ := decode(payload)
	o, _ := v.(object)
	for key := range o {
		form.Set(key, text(o, key))
	}
	return []byte(form.Encode())
}

// Verify does what Slack does when somebody enters the bot's addresses, and now
// and then afterwards: a challenge, which must come back, a probe of the
// certificate, and requests that are forged or old, which must be refused.
func (s *Server) Verify() error {
	s.mu.Lock()
	now, verify := s.now(), s.app.verify
	challenge := s.secret(52)
	s.mu.Unlock()
	body := encode(object{"token": verify, "challenge": challenge, "type": "url_verification"})
	a, err := s.Post(Signed{URL: s.o.Requests.Events, Body: body, At: now})
	if err != nil {
		return err
	}
	if a.Status != http.StatusOK || !strings.Contains(string(a.Body), challenge) {
		return fmt.Errorf("the challenge was answered with %d and %q", a.Status, a.Body)
	}
	if at := s.o.Requests.Commands; at != "" {
		a, err := s.Post(Signed{URL: at, Form: true, Body: []byte("ssl_check=1&token=" + verify), At: now})
		if err != nil {
			return err
		}
		if a.Status != http.StatusOK {
			return fmt.Errorf("ssl_check was answered with %d", a.Status)
		}
	}
	for _, wrong := range []struct {
		what string
		q    Signed
	}{
		{"a forged request", Signed{At: now, Forged: true}},
		{"an old request", Signed{At: now.Add(-6 * time.Minute)}},
	} {
		wrong.q.URL, wrong.q.Body = s.o.Requests.Events, body
		a, err := s.Post(wrong.q)
		if err != nil {
			return err
		}
		if a.Status < 400 || a.Status > 499 {
			return fmt.Errorf("%s was answered with %d", wrong.what, a.Status)
		}
	}
	return nil
}
