package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"

	"studyhall/bot"
)

const (
	maxInteraction = 1 << 20          // bytes of a request
	signatureTime  = 5 * time.Minute  // by which a signature's time may be off
	replayTime     = 15 * time.Minute // for which identifiers are remembered
)

// interactionsPath is where Discord is told to send interactions.
const interactionsPath = "/discord/interactions"

// Routes receives interactions over HTTP where Config.PublicKey is set. Discord
// sends wrong signatures from time to time and stops sending at all when one
// passes: docs.discord.com/developers/interactions/overview#setting-up-an-endpoint.
func (a *Adapter) Routes(core bot.Core) http.Handler {
	mux := http.NewServeMux()
	if a.key != nil {
		mux.HandleFunc("POST "+interactionsPath, a.interactions)
	}
	return mux
}

func (a *Adapter) interactions(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInteraction))
	if err != nil {
		http.Error(w, "the request is too long or broken", http.StatusRequestEntityTooLarge)
		return
	}
	if !a.signed(r.Header, body, a.now()) {
		http.Error(w, wordsForged, http.StatusUnauthorized)
		return
	}
	in, did, err := readInteraction(body)
	if err != nil {
		http.Error(w, "this is no interaction", http.StatusBadRequest)
		return
	}
	if in.Type == receivedPing {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"type":1}`)
		return
	}
	starting, stop := context.WithTimeout(r.Context(), patience)
	defer stop()
	if a.WaitReady(starting) != nil {
		http.Error(w, "the bot has not started yet", http.StatusServiceUnavailable)
		return
	}
	select {
	case <-a.life.Ending(): // nobody would wait for the answer
		http.Error(w, "the bot is ending", http.StatusServiceUnavailable)
		return
	default:
	}
	// Several copies of the program may get the same one.
	ctx, cancel := context.WithTimeout(r.Context(), shelfTime)
	defer cancel()
	seen, err := a.shelf.Seen(ctx, "discord/"+in.ID, replayTime)
	if err != nil {
		a.log.Error("interaction not recorded", "err", err) // its effects are recorded with it
	}
	if seen {
		http.Error(w, "this interaction came before", http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusAccepted) // the answer goes by the callback route
	a.take(in, did)
}

// signed reports whether Discord signed the request, and lately.
func (a *Adapter) signed(h http.Header, body []byte, now time.Time) bool {
	stamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return false
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(sent, 0)).Abs() > signatureTime {
		return false
	}
	return ed25519.Verify(a.key, append([]byte(stamp), body...), signature)
}
