package reach

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// front stands before a fake Discord and answers itself what comes by the thousand:
// graded answers and edits of posts. It costs little, so that the machine's cores
// are the program's.
type front struct {
	testing.TB
	*discordtest.Server
	url     string
	private ed25519.PrivateKey
	public  string
	guilds  []string
	places  []string // channels

	graded atomic.Int64
	other  atomic.Int64
	edits  atomic.Int64
	posts  atomic.Int64

	promised atomic.Int64 // presses whose answer came after more than two seconds

	mu    sync.Mutex
	waits map[string]chan time.Time // for the graded answer of a press, by its token
	odd   string                    // an answer that was none
}

// newFront is a Discord with so many servers, each with a channel.
func newFront(t testing.TB, servers int) *front {
	t.Helper()
	d := discordtest.New(t, discordtest.Options{TCP: true, Schema: "-", IdentifyGap: time.Nanosecond})
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{TB: t, Server: d, private: private, public: hex.EncodeToString(public), waits: map[string]chan time.Time{}}
	for n := range servers {
		g := d.Guild(fmt.Sprint("server ", n))
		f.guilds, f.places = append(f.guilds, g.ID), append(f.places, g.Channel("study").ID)
	}
	real, err := url.Parse(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	rest := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = real.Scheme, real.Host
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v10/interactions/{id}/{token}/callback", f.callback)
	mux.HandleFunc("POST /api/v10/webhooks/{app}/{token}", f.followed)
	mux.HandleFunc("PATCH /api/v10/webhooks/{app}/{token}/messages/{message}", f.followed)
	mux.HandleFunc("PATCH /api/v10/channels/{channel}/messages/{message}", f.edited)
	mux.HandleFunc("POST /api/v10/channels/{channel}/messages", func(w http.ResponseWriter, r *http.Request) {
		rest.ServeHTTP(w, r)
		f.posts.Add(1)
	})
	mux.Handle("/", rest)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	f.url = "http://" + l.Addr().String() + strings.TrimSuffix(real.Path, "/")
	return f
}

// env is what points the program at it; over HTTP it is told where interactions come.
func (f *front) env(database string, overHTTP bool) []string {
	env := []string{"DISCORD_TOKEN=" + f.Token(), "DISCORD_API_URL=" + f.url, "DATABASE_URL=" + database}
	if overHTTP {
		env = append(env, "DISCORD_PUBLIC_KEY="+f.public, "PUBLIC_URL=https://study.example.org")
	}
	return env
}

// callback takes the answer to a press.
func (f *front) callback(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	if bytes.HasPrefix(body, []byte(`{"type":6`)) || bytes.HasPrefix(body, []byte(`{"type":5`)) {
		f.promised.Add(1) // the answer follows
		return
	}
	f.answered("t"+r.PathValue("id"), body)
}

// followed takes the answer to a press that was promised one.
func (f *front) followed(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"id":"1","channel_id":"1"}`)
	f.answered(r.PathValue("token"), body)
}

// answered tells whoever pressed that the answer is there.
func (f *front) answered(token string, body []byte) {
	f.mu.Lock()
	wait := f.waits[token]
	delete(f.waits, token)
	f.mu.Unlock()
	if bytes.Contains(body, []byte("Right.")) || bytes.Contains(body, []byte("The answer is")) {
		f.graded.Add(1)
	} else {
		f.other.Add(1)
		f.mu.Lock()
		f.odd = string(body)
		f.mu.Unlock()
	}
	if wait != nil {
		wait <- time.Now()
	}
}

// edited takes an edit of a post.
func (f *front) edited(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	f.edits.Add(1)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"id":%q,"channel_id":%q}`, r.PathValue("message"), r.PathValue("channel"))
}

// crowd presses letters under open questions, each person each question once.
type crowd struct {
	*front
	in   *installation
	to   []string // host and port of the copies, in turn
	http *http.Client
	next atomic.Int64 // press
}

func newCrowd(f *front, in *installation, copies ...*process) *crowd {
	c := &crowd{front: f, in: in, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: patience}}
	for _, p := range copies {
		c.to = append(c.to, p.at)
	}
	return c
}

// left is how many presses nobody has made yet.
func (c *crowd) left() int { return c.in.groups*c.in.people*c.in.open - int(c.next.Load()) }

// press makes the next one, and waits for its graded answer.
func (c *crowd) press(ctx context.Context) (time.Duration, error) {
	n := int(c.next.Add(1)) - 1
	// One after the other, they are of different groups.
	g, rest := n%c.in.groups, n/c.in.groups
	person, question := g*c.in.people+rest%c.in.people, rest/c.in.people%c.in.open
	round := (g*(c.in.rounds+c.in.open) + c.in.rounds + question) * 700_001 % prime
	id := fmt.Sprint(700_000_000_000_000_000 + n)
	body, err := json.Marshal(map[string]any{
		"id": id, "application_id": "1", "type": 3, "token": "t" + id, "version": 1, "guild_id": c.in.guilds[g], "channel_id": c.in.channels[g],
		"channel": map[string]any{"id": c.in.channels[g], "type": 0, "name": "study"},
		"member": map[string]any{"permissions": "0", "roles": []string{}, "user": map[string]any{
			"id": fmt.Sprint(500_000_000_000_000_000 + person), "username": fmt.Sprint("Person ", person)}},
		"message": map[string]any{"id": fmt.Sprint(600_000_000_000_000_000 + g), "flags": 0},
		"data":    map[string]any{"custom_id": fmt.Sprintf("answer/r%d/a", round), "component_type": 2},
	})
	if err != nil {
		return 0, err
	}
	stamp := fmt.Sprint(time.Now().Unix())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.to[n%len(c.to)]+"/discord/interactions", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("X-Signature-Timestamp", stamp)
	request.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(c.private, append([]byte(stamp), body...))))
	wait := make(chan time.Time, 1)
	c.mu.Lock()
	c.waits["t"+id] = wait
	c.mu.Unlock()
	began := time.Now()
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, err
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		return 0, fmt.Errorf("a press is answered with %s", answer.Status)
	}
	select {
	case at := <-wait:
		return at.Sub(began), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
