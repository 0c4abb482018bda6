package slack

import (
	"encoding/json"
	"time"
)

// Kinds of envelopes, as Socket Mode names them:
// docs.slack.dev/apis/events-api/using-socket-mode.
const (
	kindEvent       = "events_api"
	kindCommand     = "slash_commands"
	kindInteraction = "interactive"
)

// envelope is one thing that Slack sent, by a socket or by a request.
type envelope struct {
	kind    string
	payload json.RawMessage // a JSON object, also of a request that came as a form
	came    time.Time       // Slack waits from then on, whatever is looked up first
	answers bool            // somebody waits for the answer in the acknowledgement
	once    string          // what tells a request from all others; "" by a socket
	// ack acknowledges; the first call counts, and none waits long. Without an
	// answer it says no more than that the envelope is here. It reports whether this
	// call counted: an answer in any other is shown to nobody.
	ack func(answer []byte) bool
}
