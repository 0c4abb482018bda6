package slacktest

import (
	"encoding/json"
	"time"
)

// retryAfter is how long an event waits before it is sent again; docs.slack.dev
// says at once, after a minute, after five.
func retryAfter(attempt int) time.Duration {
	return []time.Duration{time.Second, time.Minute, 5 * time.Minute}[attempt-1]
}

const mostRetries = 3

// mostAck is how many bytes an acknowledgement may have: seen to be dropped from
// here on.
const mostAck = 20 << 10

// Types of envelopes.
const (
	eventsAPI   = "events_api"
	slash       = "slash_commands"
	interactive = "interactive"
)

// delivery is something on its way to the bot.
type delivery struct {
	s       *Server
	kind    string
	answers bool // the acknowledgement may have a payload
	payload json.RawMessage
	url     string // in HTTP mode
	i       *Interaction

	envelope string
	attempt  int
	reason   string
	sent     time.Time
	on       *socket
	waits    bool // for an acknowledgement
	over     bool
	timer    *time.Timer
}

// deliver sends something for the first time. The caller holds the lock.
func (s *Server) deliver(d *delivery) {
	d.s = s
	s.waiting++
	d.envelope = s.uuid()
	if s.holding && d.kind == eventsAPI {
		s.kept = append(s.kept, d)
		return
	}
	d.send()
}

// send is one attempt.
func (d *delivery) send() {
	s := d.s
	if s.stopping.Err() != nil {
		return
	}
	if d.attempt > 0 {
		s.counts.Retries++
		if !s.o.SameEnvelope {
			delete(s.deliveries, d.envelope)
			d.envelope = s.uuid()
		}
	}
	d.sent, d.waits = s.now(), true
	s.deliveries[d.envelope] = d
	if s.o.Requests.used() {
		d.stop()
		d.timer = time.AfterFunc(s.o.Patience, func() { d.miss("http_timeout") })
		s.post1(d)
		return
	}
	live := s.live()
	if len(live) == 0 {
		d.failed("timeout")
		return
	}
	d.on = live[s.dice.IntN(len(live))]
	d.on.queue(encode(d.frame()))
	d.stop()
	d.timer = time.AfterFunc(s.o.Patience, func() { d.miss("timeout") })
}

func (d *delivery) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

// frame is the envelope.
func (d *delivery) frame() object {
	out := object{"envelope_id": d.envelope, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.answers}
	if d.kind == eventsAPI {
		out["retry_attempt"], out["retry_reason"] = d.attempt, d.reason
	}
	return out
}

// miss is the end of the time for an acknowledgement.
func (d *delivery) miss(reason string) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if d.waits && !d.over && d.s.stopping.Err() == nil {
		d.failed(reason)
	}
}

// failed ends an attempt that nobody acknowledged: events come again, for the
// rest the person reads that it failed. The caller holds the lock.
func (d *delivery) failed(reason string) {
	s := d.s
	d.stop()
	d.waits = false
	defer s.tell()
	if d.i != nil {
		s.counts.Unanswered++
		d.finish()
		d.i.fail()
		return
	}
	if d.attempt == mostRetries {
		s.counts.Dropped++
		d.finish()
		return
	}
	d.attempt++
	d.reason = reason
	d.timer = time.AfterFunc(retryAfter(d.attempt), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !d.over {
			d.send()
		}
	})
}

// finish ends a delivery. Its envelope stays known, so that a late
// acknowledgement is seen as one.
func (d *delivery) finish() {
	d.stop()
	d.over, d.waits = true, false
	d.s.waiting--
	d.s.tell()
}

// acked is an acknowledgement, with its payload. The caller holds the lock.
func (d *delivery) acked(payload json.RawMessage) {
	s := d.s
	took := s.now().Sub(d.sent)
	s.acks = append(s.acks, took)
	d.finish()
	if string(payload) == "{}" { // Slack's own client sends it where there is nothing to say
		payload = nil
	}
	if !d.answers && len(payload) > 0 {
		s.notice("an acknowledgement of %s has a payload, which nobody reads", d.kind)
		payload = nil
	}
	if d.i != nil {
		d.i.answer(payload, took)
	}
}
