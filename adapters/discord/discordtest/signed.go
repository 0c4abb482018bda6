package discordtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// deliver posts an interaction to the bot's address, signed, and takes the
// answer's body as the callback. The caller holds the lock.
func (s *Server) deliver(i *Interaction) {
	body := i.payload
	s.waiting++
	s.work.Go(func() {
		status, answer, err := s.Sign(body, s.now(), true)
		s.mu.Lock()
		defer s.mu.Unlock()
		defer s.tell()
		s.waiting--
		took := s.now().Sub(i.created)
		switch {
		case err != nil || !okStatus(status):
			s.counts.Undelivered++
		case status == http.StatusAccepted || i.acked >= 0: // answered by the callback route
		case took > s.patience() || i.late:
			s.counts.Late++
			i.expire()
		default:
			s.taken(i, answer, took)
		}
	})
}

// taken uses the body of an HTTP answer as the callback.
func (s *Server) taken(i *Interaction, body []byte, took time.Duration) {
	v, err := decode(body)
	o, isObject := v.(object)
	if err != nil || !isObject {
		s.refusal(Callback, refuse(http.StatusBadRequest, 50109), &outcome{})
		return
	}
	in := &request{body: o}
	fail := s.schema.request(&route{name: Callback, takes: "callback"}, in, s.notice)
	if fail == nil {
		fail = i.answer(o, nil, took)
	}
	if fail != nil {
		s.refusal(Callback, fail, &outcome{})
	}
}

// Sign posts a body to the bot's address as Discord does, signed with the right
// key or a wrong one, as of a time. It returns the answer.
func (s *Server) Sign(body []byte, at time.Time, right bool) (status int, answer []byte, err error) {
	key := s.key
	if !right {
		key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("x"), ed25519.SeedSize))
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	signature := ed25519.Sign(key, append([]byte(stamp), body...))
	ctx, cancel := context.WithTimeout(s.stopping, s.patience())
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.Interactions, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("post an interaction: %w", err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	q.Header.Set("X-Signature-Ed25519", hex.EncodeToString(signature))
	q.Header.Set("X-Signature-Timestamp", stamp)
	r, err := s.o.HTTP.Do(q)
	if err != nil {
		return 0, nil, fmt.Errorf("post an interaction: %w", err)
	}
	defer r.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(r.Body, 25<<20))
	if err == nil && r.StatusCode == http.StatusOK && r.Header.Get("Content-Type") == "" {
		s.mu.Lock()
		s.notice("an answer over HTTP has no Content-Type")
		s.mu.Unlock()
	}
	return r.StatusCode, answer, err
}

// Ping does what Discord does when somebody enters the bot's address, and now and
// then afterwards: a PING that must be answered with a PONG, one with a wrong
// signature and an old one, which must be refused with 401.
func (s *Server) Ping() error {
	s.mu.Lock()
	now := s.now()
	body := encode(object{
		"id": s.snowflake(), "application_id": s.bot.ID, "type": askPing, "token": "ping", "version": 1, "entitlements": []any{},
		"user": s.owner(), "authorizing_integration_owners": object{},
	})
	s.mu.Unlock()
	status, answer, err := s.Sign(body, now, true)
	if err != nil {
		return err
	}
	v, _ := decode(answer)
	if o, _ := v.(object); status != http.StatusOK || number(o, "type") != 1 {
		return fmt.Errorf("PING was answered with %d and %s", status, answer)
	}
	for _, wrong := range []struct {
		what  string
		at    time.Time
		right bool
	}{{"a wrong signature", now, false}, {"an old signature", now.Add(-time.Hour), true}} {
		status, _, err := s.Sign(body, wrong.at, wrong.right)
		if err != nil {
			return err
		}
		if status != http.StatusUnauthorized {
			return fmt.Errorf("%s was answered with %d", wrong.what, status)
		}
	}
	return nil
}
