package discord

import (
	"bytes"
	"encoding/json"
	"fmt"

	"studyhall/bot"
)

// Types of callbacks: docs.discord.com/developers/interactions/receiving-and-responding.
const (
	callbackMessage        = 4
	callbackDeferred       = 5
	callbackDeferredUpdate = 6
	callbackUpdate         = 7
	callbackAutocomplete   = 8
	callbackModal          = 9
)

// callback answers an interaction.
type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// Payload is the body of Create Message. Files go beside it in the same request,
// in the order of its attachments.
//
// The text is escaped Markdown. If escapes make it longer than Discord takes,
// characters that need one are shown in their wide forms; if that is not enough
// either, times and mentions are in words too, and then nobody is notified. A
// message that [bot.Message.Validate] accepts always fits.
func Payload(m bot.Message) ([]byte, error) {
	out, err := render(m)
	if err != nil {
		return nil, err
	}
	if m.Key != "" {
		out.Nonce, out.EnforceNonce = m.Key, true
	}
	return encode(out)
}

// Edit is the body of Edit Message and of editing an answer to an interaction.
// Whatever the message no longer has is removed.
func Edit(m bot.Message) ([]byte, error) {
	out, err := render(silent(m))
	if err != nil {
		return nil, err
	}
	return encode(out)
}

// silent is a message that notifies no role: only a new post does.
func silent(m bot.Message) bot.Message {
	m.Ping = ""
	return m
}

// FormPayload is the callback that opens a form.
func FormPayload(f bot.Form) ([]byte, error) {
	return encode(callback{callbackModal, form(f)})
}

// answerBody is the callback that answers with a message: a whisper when
// private. Callbacks know no nonce.
func answerBody(m bot.Message, private bool) ([]byte, error) {
	out, err := render(silent(m))
	if err != nil {
		return nil, err
	}
	if private {
		out.Flags |= flagEphemeral
	}
	return encode(callback{callbackMessage, out})
}

// updateBody is the callback that replaces the message whose control was used.
func updateBody(m bot.Message) ([]byte, error) {
	out, err := render(silent(m))
	if err != nil {
		return nil, err
	}
	return encode(callback{callbackUpdate, out})
}

// deferBody is the callback that promises an answer; whether it will be a
// whisper is settled by it. With update it promises, without showing anything,
// an edit of the message whose control was used.
func deferBody(private, update bool) ([]byte, error) {
	if update {
		return encode(callback{Type: callbackDeferredUpdate})
	}
	flags := struct {
		Flags int `json:"flags"`
	}{}
	if private {
		flags.Flags = flagEphemeral
	}
	return encode(callback{callbackDeferred, flags})
}

// suggestionsBody is the callback that completes an option.
func suggestionsBody(all []bot.Option) ([]byte, error) {
	return encode(callback{callbackAutocomplete, struct {
		Choices []choice `json:"choices"`
	}{choices(all[:min(len(all), limitOptions)])}})
}

// encode writes JSON with <, > and & as themselves, for whoever reads it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode for Discord: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
