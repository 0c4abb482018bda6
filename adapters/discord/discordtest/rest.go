package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Route is a method and a path of the API, such as [CreateMessage].
type Route string

// Routes that tests name, for faults, limits and counts.
const (
	Any            Route = "*"
	Gateway        Route = "GET /gateway"
	GatewayBot     Route = "GET /gateway/bot"
	CreateMessage  Route = "POST /channels/{channel}/messages"
	EditMessage    Route = "PATCH /channels/{channel}/messages/{message}"
	DeleteMessage  Route = "DELETE /channels/{channel}/messages/{message}"
	ListMessages   Route = "GET /channels/{channel}/messages"
	StartThread    Route = "POST /channels/{channel}/messages/{message}/threads"
	OpenDirect     Route = "POST /users/@me/channels"
	Callback       Route = "POST /interactions/{interaction}/{token}/callback"
	GetOriginal    Route = "GET /webhooks/{application}/{token}/messages/@original"
	EditOriginal   Route = "PATCH /webhooks/{application}/{token}/messages/@original"
	DeleteOriginal Route = "DELETE /webhooks/{application}/{token}/messages/@original"
	FollowUp       Route = "POST /webhooks/{application}/{token}"
	SetCommands    Route = "PUT /applications/{application}/commands"
	SetCommandsIn  Route = "PUT /applications/{application}/guilds/{guild}/commands"
	Pin            Route = "PUT /channels/{channel}/messages/pins/{message}"
)

const maxRequest = 25 << 20 // bytes

// request is a request that has been read.
type request struct {
	route  *route
	params map[string]string
	query  url.Values
	body   object
	list   []any // where the body is a list
	files  map[string]upload
	bot    bool // it carried the bot's token
}

// upload is a file.
type upload struct {
	name, kind string
	data       []byte
}

// answer is what a route gives: a status and what is written as JSON.
type answer struct {
	status int
	body   any
}

func ok(body any) (answer, *failure) { return answer{http.StatusOK, body}, nil }

// none is an answer without a body.
func none() (answer, *failure) { return answer{http.StatusNoContent, nil}, nil }

func failed(status, code int) (answer, *failure) { return answer{}, refuse(status, code) }

// route is a method and path with what it does. The handler runs under the lock.
type route struct {
	name   Route
	free   bool   // needs no token
	hook   bool   // outside of the global limit
	takes  string // name of the published schema of its body
	gives  string // and of its answer
	verb   string
	parts  []string // of the path
	handle func(s *Server, r *request) (answer, *failure)
}

// find is the route of a request; without one, status is 404 or 405.
func find(method, path string) (r *route, params map[string]string, status int) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts { // some clients write %40original
		if value, err := url.PathUnescape(p); err == nil {
			parts[i] = value
		}
	}
	status = http.StatusNotFound
	best := -1
	for _, candidate := range routes() {
		got, literal, matches := match(candidate.parts, parts)
		if !matches {
			continue
		}
		if candidate.verb != method {
			if status == http.StatusNotFound {
				status = http.StatusMethodNotAllowed
			}
			continue
		}
		if literal > best { // "pins" and "@original" before an identifier
			found := candidate
			r, params, best = &found, got, literal
		}
	}
	return r, params, status
}

// match fills in a pattern's names; literal counts the parts that are none.
func match(pattern, parts []string) (params map[string]string, literal int, ok bool) {
	if len(pattern) != len(parts) {
		return nil, 0, false
	}
	params = map[string]string{}
	for i, p := range pattern {
		switch {
		case strings.HasPrefix(p, "{") && parts[i] != "":
			params[strings.Trim(p, "{}")] = parts[i]
		case p == parts[i]:
			literal++
		default:
			return nil, 0, false
		}
	}
	return params, literal, true
}

// serve is every request over HTTP.
func (s *Server) serve(w http.ResponseWriter, q *http.Request) {
	path := q.URL.EscapedPath()
	switch {
	case strings.HasPrefix(path, "/gateway"):
		s.connect(w, q, false)
		return
	case strings.HasPrefix(path, "/resume/"):
		s.connect(w, q, true)
		return
	case strings.HasPrefix(path, "/cdn/"):
		s.download(w, path)
		return
	}
	path, api := strings.CutPrefix(path, "/api")
	for _, version := range []string{"/v9", "/v10"} {
		if rest, ok := strings.CutPrefix(path, version+"/"); ok {
			path = "/" + rest
		}
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, maxRequest+1))
	_, _ = io.Copy(io.Discard, q.Body)
	o := &outcome{}
	switch {
	case err != nil:
		return // the client is gone
	case len(body) > maxRequest:
		o.fail(refuse(http.StatusRequestEntityTooLarge, 40005))
	case !api:
		o.fail(plain(http.StatusNotFound))
	default:
		s.exchange(o, q, path, body)
	}
	s.write(w, q, o)
}

// outcome is what becomes of a request on its way to the client.
type outcome struct {
	route  Route
	status int
	header http.Header
	body   []byte
	kind   string // of the body
	wait   time.Duration
	cut    bool
	slow   bool
	gzip   bool
	told   bool // the headers say how much is left
}

func (o *outcome) fail(f *failure) {
	o.status, o.body, o.kind = f.status, encode(f.body()), "application/json"
}

func (o *outcome) set(key, value string) {
	if o.header == nil {
		o.header = http.Header{}
	}
	o.header[key] = []string{value} // X-RateLimit keeps its spelling
}

// exchange answers a request. Waiting comes before and after, without the lock.
func (s *Server) exchange(o *outcome, q *http.Request, path string, body []byte) {
	r, params, status := find(q.Method, path)
	name := Route(q.Method + " " + path)
	if r != nil {
		name = r.name
	}
	o.route = name
	s.mu.Lock()
	s.counts.Requests[name]++
	faults := s.faultsFor(name)
	s.mu.Unlock()
	for _, f := range faults {
		ctx := q.Context()
		if f.anyway {
			ctx = context.WithoutCancel(ctx)
		}
		if !s.sleep(ctx, f.delay) {
			o.cut = true
			return
		}
		if f.before != nil {
			s.mu.Lock()
			f.before(s, o)
			s.mu.Unlock()
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.tell()
	if s.limits.banned(s.now()) {
		cloudflare(o, 10*time.Minute)
		return
	}
	var fail *failure
	if r == nil {
		fail = plain(status)
	} else {
		fail = s.admit(o, r, params, q, body)
	}
	if fail != nil {
		s.refusal(name, fail, o)
	}
	for _, f := range faults {
		if f.after != nil {
			f.after(s, o)
		}
	}
}

// admit checks who asks and how often, and lets the route answer.
func (s *Server) admit(o *outcome, r *route, params map[string]string, q *http.Request, body []byte) *failure {
	if !strings.HasPrefix(q.Header.Get("User-Agent"), "DiscordBot (") {
		return refuse(http.StatusForbidden, 40333)
	}
	in := &request{route: r, params: params, query: q.URL.Query(), bot: q.Header.Get("Authorization") == "Bot "+s.Token()}
	if !r.free && !in.bot {
		return plain(http.StatusUnauthorized)
	}
	if fail := identifiers(params); fail != nil {
		return fail
	}
	if !s.limits.take(s.now(), r, params, o) {
		s.counts.Limited++
		s.limits.invalid(s.now())
		return nil
	}
	if fail := in.read(q.Header.Get("Content-Type"), body); fail != nil {
		return fail
	}
	if fail := s.schema.request(r, in, s.notice); fail != nil {
		return fail
	}
	out, fail := r.handle(s, in)
	if fail != nil {
		return fail
	}
	o.status = out.status
	if out.status != http.StatusNoContent && out.body != nil {
		o.body, o.kind = encode(out.body), "application/json"
		if err := s.schema.response(r, o.body); err != nil {
			s.t.Errorf("discordtest: %s answers what Discord doesn't: %v\n%s", r.name, err, o.body)
		}
	}
	return nil
}

// identifiers refuses a path with something else in place of one.
func identifiers(params map[string]string) *failure {
	e := &formErrors{}
	for _, name := range sorted(params) {
		value := params[name]
		_, err := strconv.ParseUint(value, 10, 64)
		if err != nil && name != "token" && value != "@me" {
			e.add(name+"_id", "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", value)
		}
	}
	return e.failure()
}

// refusal writes an error, and keeps it for the test.
func (s *Server) refusal(name Route, f *failure, o *outcome) {
	o.fail(f)
	s.refused = append(s.refused, Refusal{Route: name, Status: f.status, Code: f.code, Body: string(o.body)})
	if f.status == http.StatusUnauthorized || f.status == http.StatusForbidden {
		s.limits.invalid(s.now())
	}
}

// read reads a body: JSON, or a form whose payload_json is JSON and whose other
// parts are files.
func (r *request) read(kind string, body []byte) *failure {
	broken := refuse(http.StatusBadRequest, 50109)
	media, values, _ := mime.ParseMediaType(kind)
	if media == "multipart/form-data" {
		var err error
		if body, r.files, err = parts(body, values["boundary"]); err != nil {
			return broken
		}
	}
	if len(body) == 0 {
		if r.route.takes != "" {
			return broken
		}
		return nil
	}
	if media != "application/json" && media != "multipart/form-data" {
		return broken
	}
	v, err := decode(body)
	if err != nil || !json.Valid(body) {
		return broken
	}
	switch v := v.(type) {
	case object:
		r.body = v
	case []any:
		r.list = v
	default:
		return broken
	}
	return nil
}

// parts takes a multipart body apart.
func parts(body []byte, boundary string) (payload []byte, files map[string]upload, err error) {
	files = map[string]upload{}
	m := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return payload, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, err
		}
		name, isFile := strings.CutPrefix(p.FormName(), "files[")
		switch {
		case p.FormName() == "payload_json":
			payload = data
		case isFile:
			files[strings.TrimSuffix(name, "]")] = upload{p.FileName(), p.Header.Get("Content-Type"), data}
		}
	}
}

// sleep waits, and reports false if nobody waits for the answer any more.
func (s *Server) sleep(ctx interface{ Done() <-chan struct{} }, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.stopping.Done():
	}
	return false
}
