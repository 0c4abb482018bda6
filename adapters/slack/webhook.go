package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"studyhall/bot"
)

const (
	maxRequest    = 1 << 20                 // bytes of a request; a form has at most 250 KB, of which some are written as three
	signatureTime = 5 * time.Minute         // by which a signature's time may be off
	startTime     = 1500 * time.Millisecond // for which a request waits while the program starts
)

// Routes are the pages on which somebody adds the app to a workspace. Where there
// is no app token and Config.SigningSecret is set, it also receives what Slack sends
// as requests: docs.slack.dev/apis/events-api/using-http-request-urls.
func (a *Adapter) Routes(bot.Core) http.Handler {
	mux := http.NewServeMux()
	a.spaces.routes(mux)
	if a.config.AppToken == "" && a.config.SigningSecret != "" {
		mux.HandleFunc("POST "+pathEvents, a.requests(kindEvent, "application/json", readEvent))
		mux.HandleFunc("POST "+pathCommands, a.requests(kindCommand, "application/x-www-form-urlencoded", readCommand))
		mux.HandleFunc("POST "+pathInteractions, a.requests(kindInteraction, "application/x-www-form-urlencoded", readInteraction))
	}
	return mux
}

// errNoEnvelope is a body that holds nothing that Slack sends.
var errNoEnvelope = errors.New("this is nothing that Slack sends")

// readEvent reads the body of an event.
func readEvent(body []byte) (json.RawMessage, error) {
	if !isObject(body) || !json.Valid(body) {
		return nil, errNoEnvelope
	}
	return body, nil
}

// readCommand turns the form of a slash command into the object that comes over a
// socket.
func readCommand(body []byte) (json.RawMessage, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || !form.Has("command") {
		return nil, errNoEnvelope
	}
	object := map[string]string{}
	for key := range form {
		object[key] = form.Get(key)
	}
	return encode(object)
}

// readInteraction takes the interaction out of its form.
func readInteraction(body []byte) (json.RawMessage, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errNoEnvelope
	}
	return readEvent([]byte(form.Get("payload")))
}

// isProbe reports whether it is a look at the certificate, which nobody signs.
func isProbe(kind string, body []byte) bool {
	if kind != kindCommand || len(body) > 1000 {
		return false
	}
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Get("ssl_check") == "1" && !form.Has("command")
}

// challenged is what an address that is being entered must say back; "" for any
// other request.
func challenged(payload json.RawMessage) string {
	var check struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(payload, &check) != nil || check.Type != "url_verification" {
		return ""
	}
	return check.Challenge
}

// requests receives requests of one kind.
func (a *Adapter) requests(kind, media string, read func([]byte) (json.RawMessage, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		came := time.Now()
		// Who sends slowly, and unsigned as yet, would hold a connection. Not every
		// writer can be told.
		_ = http.NewResponseController(w).SetReadDeadline(came.Add(requestTime))
		if is, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || is != media {
			refuse(w, http.StatusUnsupportedMediaType, "this address takes "+media)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "the request is too long or broken")
			return
		}
		if isProbe(kind, body) {
			return
		}
		signature, ok := signed(a.config.SigningSecret, r.Header, body, a.config.Now())
		if !ok {
			refuse(w, http.StatusUnauthorized, wordsForged)
			return
		}
		payload, err := read(body)
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		if back := challenged(payload); kind == kindEvent && back != "" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			io.WriteString(w, back)
			return
		}
		if !a.started(r) {
			http.Error(w, "the bot doesn't take requests now", http.StatusServiceUnavailable) // Slack sends events again
			return
		}
		once := "slack/request/" + signature
		// An event that Slack sends again within a second is signed alike: it says so,
		// and is known by its identifier. If it doesn't say so it may once more.
		if a.recent.Seen(once) && r.Header.Get("X-Slack-Retry-Num") == "" {
			http.Error(w, "this request came before", http.StatusConflict)
			return
		}
		a.answer(w, r, envelope{kind: kind, payload: payload, came: came, answers: wantsAnswer(kind, payload), once: once})
	}
}

// started reports whether what comes now is taken, and waits for that a little.
func (a *Adapter) started(r *http.Request) bool {
	late := time.NewTimer(startTime)
	defer late.Stop()
	select {
	case <-a.life.Began():
		return !closed(a.life.Ending()) // nobody would wait for the answer
	case <-late.C:
	case <-r.Context().Done():
	}
	return false
}

// answer acknowledges a request and hands it on. Where the acknowledgement is an
// answer, it is waited for.
func (a *Adapter) answer(w http.ResponseWriter, r *http.Request, e envelope) {
	acked := make(chan []byte, 1)
	var once sync.Once
	e.ack = func(answer []byte) (first bool) {
		once.Do(func() {
			first = true
			acked <- answer
		})
		return first
	}
	if !e.answers {
		w.WriteHeader(http.StatusOK)
		e.ack(nil)
		a.arrived(e)
		return
	}
	a.arrived(e)
	late := time.NewTimer(answerTime - time.Since(e.came))
	defer late.Stop()
	var answer []byte
	select {
	case answer = <-acked:
	case <-late.C:
		e.ack(nil) // unless an answer counts by now
		answer = <-acked
	case <-r.Context().Done():
		e.ack(nil)
	}
	if len(answer) > 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(answer)
	}
}

// refuse answers a request that Slack needn't send again.
func refuse(w http.ResponseWriter, status int, words string) {
	w.Header().Set("X-Slack-No-Retry", "1")
	http.Error(w, words, status)
}

// signed reports whether Slack signed the request, and lately; the signature is
// the same however its digits were written:
// docs.slack.dev/authentication/verifying-requests-from-slack.
func signed(secret string, h http.Header, body []byte, now time.Time) (signature string, ok bool) {
	stamp := h.Get("X-Slack-Request-Timestamp")
	digits, version := strings.CutPrefix(h.Get("X-Slack-Signature"), "v0=")
	given, err := hex.DecodeString(digits)
	if err != nil || !version || secret == "" {
		return "", false
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(sent, 0)).Abs() > signatureTime {
		return "", false
	}
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte("v0:" + stamp + ":"))
	sum.Write(body)
	want := sum.Sum(nil)
	return hex.EncodeToString(want), hmac.Equal(want, given)
}
