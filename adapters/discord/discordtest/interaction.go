package discordtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"
)

// Types of interactions and of callbacks:
// docs.discord.com/developers/interactions/receiving-and-responding.
const (
	askPing         = 1
	askCommand      = 2
	askComponent    = 3
	askAutocomplete = 4
	askModal        = 5

	giveMessage      = 4
	giveDeferred     = 5
	giveUpdateLater  = 6
	giveUpdate       = 7
	giveAutocomplete = 8
	giveModal        = 9
)

const (
	answerWithin = 3 * time.Second
	tokenLife    = 15 * time.Minute
)

// patience is how long somebody waits for an answer.
func (s *Server) patience() time.Duration { return cmp.Or(s.o.Patience, answerWithin) }

// ErrNoAnswer is what a person reads as "This interaction failed": nothing came
// within three seconds, or Options.Patience.
var ErrNoAnswer = errors.New("the bot didn't answer in time")

// Interaction is something that a person did, and what came of it.
type Interaction struct {
	s       *Server
	ID      string
	Token   string
	Who     *Person
	Channel *Channel

	kind     int
	payload  json.RawMessage
	shortcut bool
	source   *message // whose control was used
	created  time.Time
	timer    *time.Timer
	acked    time.Duration // after created; -1 before
	late     bool
	alone    bool // the bot is not in the server: the person brought it
	dead     bool // its token stopped working early
	callback int
	loading  bool // a promise is open
	original *message
	later    []*message
	choices  []Choice
	modal    *Modal
	sent     bool // the form was sent
}

// allowedCallbacks are the answers to each type of interaction.
func (i *Interaction) allowedCallbacks() []int {
	switch i.kind {
	case askCommand:
		return []int{giveMessage, giveDeferred, giveModal}
	case askComponent:
		return []int{giveMessage, giveDeferred, giveUpdateLater, giveUpdate, giveModal}
	case askAutocomplete:
		return []int{giveAutocomplete}
	case askModal:
		if i.source != nil {
			return []int{giveMessage, giveDeferred, giveUpdateLater, giveUpdate}
		}
		return []int{giveMessage, giveDeferred}
	}
	return []int{1}
}

// callbackRoute is POST /interactions/{interaction}/{token}/callback.
func (s *Server) callbackRoute(r *request) (answer, *failure) {
	i := s.byID[r.params["interaction"]]
	if i == nil || i.Token != r.params["token"] || i.dead {
		return failed(http.StatusNotFound, 10062)
	}
	if i.acked >= 0 {
		return failed(http.StatusBadRequest, 40060)
	}
	took := s.now().Sub(i.created)
	if i.late || took > i.s.patience() {
		i.expire()
		s.counts.Late++
		return failed(http.StatusNotFound, 10062)
	}
	if fail := i.answer(r.body, r.files, took); fail != nil {
		return answer{}, fail
	}
	if r.query.Get("with_response") != "true" {
		return none()
	}
	return ok(i.response())
}

// answer takes a callback, over REST or in the body of an HTTP answer.
func (i *Interaction) answer(body object, files map[string]upload, took time.Duration) *failure {
	s, e := i.s, &formErrors{}
	kind, data := number(body, "type"), child(body, "data")
	if !slices.Contains(i.allowedCallbacks(), kind) {
		e.oneOf("type", kind, i.allowedCallbacks()...)
		return e.failure()
	}
	if fail := i.check(e, kind, data, files); fail != nil {
		return fail
	}
	if fail := s.tooLarge(files); fail != nil {
		return fail
	}
	i.timer.Stop()
	i.acked, i.callback = took, kind
	s.acks = append(s.acks, took)
	s.counts.Callbacks[kind]++
	switch kind {
	case giveMessage:
		i.say(data, files)
	case giveDeferred:
		i.loading = true
		i.say(object{"flags": number(data, "flags") | flagLoading}, nil)
	case giveUpdateLater:
		i.original = i.source
	case giveUpdate:
		i.original = i.source
		if i.source != nil && !i.source.gone {
			s.edit(i.source, data, files)
		}
	case giveAutocomplete:
		i.choices = choicesOf(list(data, "choices"))
	case giveModal:
		m := modalOf(i, data)
		i.modal = &m
		i.Who.modal = &m
		s.show(Seen{Kind: ModalOpened, Modal: m, Channel: i.Channel, to: i.Who})
	}
	return nil
}

// check holds a callback's data to the rules of its type.
func (i *Interaction) check(e *formErrors, kind int, data object, files map[string]upload) *failure {
	inner := &formErrors{}
	switch kind {
	case giveMessage, giveUpdate:
		what := rulesCallback
		if kind == giveUpdate {
			what = rulesEdit
			if i.source != nil && number(i.source.body, "flags")&flagV2 != 0 {
				what = rulesEditV2
			}
		} else if empty(data, files) {
			return refuse(http.StatusBadRequest, 50006)
		}
		checkMessage(inner, data, files, what)
		if flags := number(data, "flags"); flags&^(flagSuppressEmbeds|flagEphemeral|flagSilent|flagVoice|flagV2) != 0 {
			inner.add("flags", "MESSAGE_FLAGS_INVALID", "A callback can't have these flags")
		}
		if inner.root != nil {
			e.root, e.lines = object{"data": inner.root}, inner.lines
		}
	case giveDeferred:
		if flags := number(data, "flags"); flags&^flagEphemeral != 0 {
			e.add("data/flags", "MESSAGE_FLAGS_INVALID", "A promise can only be ephemeral")
		}
	case giveAutocomplete:
		checkChoices(e, "data/choices", objects(list(data, "choices")))
	case giveModal:
		checkModal(e, data)
	}
	return e.failure()
}

// say posts the answer itself.
func (i *Interaction) say(data object, files map[string]upload) {
	kind := 0
	if i.kind == askCommand {
		kind = 20
		if i.shortcut {
			kind = 23
		}
	}
	i.original = i.post(data, files, kind)
}

// post makes a message by the interaction's token.
func (i *Interaction) post(data object, files map[string]upload, kind int) *message {
	d := draft{channel: i.Channel, author: i.s.bot, body: data, files: files, via: i, kind: kind}
	if number(data, "flags")&flagEphemeral != 0 {
		d.only = i.Who
	}
	m := i.s.post(d)
	i.s.announce(m, "MESSAGE_CREATE")
	return m
}

// response is what ?with_response=true gives.
func (i *Interaction) response() object {
	about := object{"id": i.ID, "type": i.kind, "channel_id": i.Channel.ID}
	if i.Channel.guild != nil {
		about["guild_id"] = i.Channel.guild.ID
	}
	out := object{"interaction": about}
	switch i.callback {
	case giveMessage, giveDeferred, giveUpdate:
		if i.original == nil {
			break
		}
		about["response_message_id"] = i.original.id
		about["response_message_loading"] = i.loading
		about["response_message_ephemeral"] = i.original.only != nil
		kind := i.callback
		if kind == giveDeferred {
			kind = giveMessage
		}
		out["resource"] = object{"type": kind, "message": i.original.json(false)}
	}
	return out
}

// expire ends an interaction that nobody answered. The caller holds the lock.
func (i *Interaction) expire() {
	if i.late || i.acked >= 0 {
		return
	}
	i.late = true
	i.timer.Stop()
	i.s.show(Seen{Kind: Failed, Channel: i.Channel, to: i.Who})
	i.s.tell()
}

// Wait returns when the person has an answer, and a promise has been kept. The
// error is [ErrNoAnswer], or the context's.
func (i *Interaction) Wait(ctx context.Context) error {
	failed := false
	err := i.s.Await(ctx, func() bool {
		i.s.mu.Lock()
		defer i.s.mu.Unlock()
		failed = i.late
		return i.late || i.acked >= 0 && !i.loading
	})
	if err == nil && failed {
		return ErrNoAnswer
	}
	return err
}

// Steps is for conversations in which nothing may go wrong: what it returns waits for
// the answer to what somebody did, and ends the test if there is none.
func Steps(ctx context.Context, t testing.TB) func(*Interaction, error) *Interaction {
	return func(i *Interaction, err error) *Interaction {
		t.Helper()
		if err == nil {
			err = i.Wait(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
}

// Acked reports whether it has been acknowledged.
func (i *Interaction) Acked() bool {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.acked >= 0
}

// Latency is how long the acknowledgement took; -1 before.
func (i *Interaction) Latency() time.Duration {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.acked
}

// Callback is the type of the answer, 0 before.
func (i *Interaction) Callback() int {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.callback
}

// Reply is the answer's message as it is now, the edited one for an update; the
// zero Message where there is none.
func (i *Interaction) Reply() Message {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.original == nil || i.original.gone {
		return Message{}
	}
	return i.original.view()
}

// Followups are the messages that came after the answer.
func (i *Interaction) Followups() []Message {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	var out []Message
	for _, m := range i.later {
		if !m.gone {
			out = append(out, m.view())
		}
	}
	return out
}

// Modal is the form that the answer opened.
func (i *Interaction) Modal() (Modal, bool) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.modal == nil {
		return Modal{}, false
	}
	return *i.modal, true
}

// Choices are the suggestions that came.
func (i *Interaction) Choices() []Choice {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return slices.Clone(i.choices)
}

// Expire makes the token stop working early, as was seen of the real one.
func (i *Interaction) Expire() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	i.dead = true
}
