package slacktest

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
	"slices"
	"strings"
	"time"
)

const maxRequest = 25 << 20 // bytes

// request is a call of a method that has been read.
type request struct {
	m     *method
	args  object
	token *token
	w     *Workspace // of the token; nil for the application's
	out   *outcome
}

// outcome is what becomes of a request on its way to the client.
type outcome struct {
	status int
	header http.Header
	body   []byte
	kind   string // of the body
	warn   []string
	wait   time.Duration
	cut    bool
}

func (o *outcome) set(key, value string) {
	if o.header == nil {
		o.header = http.Header{}
	}
	o.header.Set(key, value)
}

func (o *outcome) json(v object) {
	o.status, o.kind, o.body = http.StatusOK, "application/json; charset=utf-8", encode(v)
}

func (o *outcome) text(status int, words string) {
	o.status, o.kind, o.body = status, "text/plain; charset=utf-8", []byte(words)
}

// serve is every request over HTTP.
func (s *Server) serve(w http.ResponseWriter, q *http.Request) {
	path := q.URL.Path
	if strings.HasPrefix(path, "/link") {
		s.connect(w, q)
		return
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, maxRequest+1))
	if err != nil {
		return // the client is gone
	}
	name, api := strings.CutPrefix(path, "/api/")
	what := Method(name)
	switch {
	case strings.HasPrefix(path, "/hooks/"):
		what = ResponseURL
	case strings.HasPrefix(path, "/upload/"):
		what = Upload
	case strings.HasPrefix(path, filesPath):
		what = Download
	}
	o := &outcome{}
	switch {
	case len(body) > maxRequest:
		o.text(http.StatusRequestEntityTooLarge, "too large")
	case !api && what != ResponseURL && what != Upload && what != Download:
		o.text(http.StatusNotFound, "not found")
	default:
		s.exchange(o, q, what, body)
	}
	s.write(w, q, o)
}

// exchange answers a request. Waiting comes before and after, without the lock.
func (s *Server) exchange(o *outcome, q *http.Request, name Method, body []byte) {
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
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.tell()
	for _, f := range faults {
		if f.before != nil {
			f.before(s, o)
			return
		}
	}
	switch name {
	case ResponseURL:
		s.respond(o, q, body)
	case Upload:
		s.take(o, q, body)
	case Download:
		s.download(o, q)
	default:
		s.call(o, q, name, body)
	}
	for _, f := range faults {
		if f.after != nil {
			f.after(s, o)
		}
	}
}

// call lets a method answer.
func (s *Server) call(o *outcome, q *http.Request, name Method, body []byte) {
	m := find(name)
	if m == nil {
		s.refusal(name, refuse("unknown_method"), o)
		return
	}
	r := &request{m: m, args: object{}, out: o}
	o.set("X-Slack-Req-Id", s.hex(32))
	out, fail := s.admit(r, q, body)
	if fail != nil {
		s.refusal(name, fail, o)
		return
	}
	if out == nil { // a 429
		return
	}
	out["ok"] = true
	if len(o.warn) > 0 {
		about, _ := out["response_metadata"].(object)
		if about == nil {
			about = object{}
		}
		about["warnings"] = o.warn
		out["warning"], out["response_metadata"] = strings.Join(o.warn, ","), about
	}
	o.json(out)
}

// admit checks who asks, how often and for what, before the method does it.
func (s *Server) admit(r *request, q *http.Request, body []byte) (object, *failure) {
	form, fail := r.read(q, body)
	if fail != nil {
		return nil, fail
	}
	if fail := s.authenticate(r, q, form); fail != nil {
		return nil, fail
	}
	s.calls = append(s.calls, Call{r.m.name, r.w, encode(r.args), s.now()})
	if !s.limits.take(s, r) {
		return nil, nil
	}
	if fail := r.check(); fail != nil {
		return nil, fail
	}
	if r.m.name == OAuthAccess {
		if id, secret, ok := q.BasicAuth(); ok {
			r.args["client_id"], r.args["client_secret"] = id, secret
		}
	}
	return r.m.handle(s, r)
}

// read takes the arguments: of a form, of JSON where the method takes that, and
// of the address.
func (r *request) read(q *http.Request, body []byte) (form url.Values, fail *failure) {
	for key, values := range q.URL.Query() {
		if key != "token" { // it is not taken from an address
			r.args[key] = values[0]
		}
	}
	media, parameters, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	switch media {
	case "application/json":
		if parameters["charset"] == "" {
			r.out.warn = append(r.out.warn, "missing_charset")
		}
		if len(bytes.TrimSpace(body)) == 0 || !r.m.json {
			return nil, nil
		}
		v, err := decode(body)
		o, isObject := v.(object)
		if err != nil || !isObject {
			return nil, refuse("invalid_json")
		}
		for key, value := range o {
			r.args[key] = value
		}
		delete(r.args, "token")
		return nil, nil
	case "multipart/form-data":
		parts, _, err := multiparts(body, parameters["boundary"])
		if err != nil {
			return nil, refuse("invalid_form_data")
		}
		form = parts
	default:
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, refuse("invalid_form_data")
		}
		form = values
	}
	for key, values := range form {
		if key != "token" {
			r.args[key] = values[0]
		}
	}
	return form, nil
}

// multiparts takes a multipart body apart; file is the part that is one.
func multiparts(body []byte, boundary string) (form url.Values, file []byte, err error) {
	form = url.Values{}
	m := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return form, file, nil
		}
		if err != nil {
			return nil, nil, err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, err
		}
		if p.FileName() != "" {
			file = data
			continue
		}
		form.Add(p.FormName(), string(data))
	}
}

// authenticate finds the token and holds it to the method's kind and scopes.
func (s *Server) authenticate(r *request, q *http.Request, form url.Values) *failure {
	if r.m.kinds == 0 {
		return nil
	}
	given, bearer := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		given = form.Get("token")
		if r.m.name == ConnectionsOpen && given != "" {
			return refuse("invalid_auth") // as an argument it isn't taken
		}
	}
	t := s.tokens[given]
	switch {
	case given == "":
		return refuse("not_authed")
	case t == nil:
		return refuse("invalid_auth")
	case t.revoked:
		return refuse("token_revoked")
	case t.w != nil && !t.w.installed:
		return refuse("account_inactive")
	case !t.expires.IsZero() && !s.now().Before(t.expires):
		return refuse("token_expired")
	case t.kind&r.m.kinds == 0:
		return refuse("not_allowed_token_type")
	}
	r.token, r.w = t, t.w
	r.out.set("X-OAuth-Scopes", strings.Join(t.scopes, ","))
	if len(r.m.scopes) > 0 {
		r.out.set("X-Accepted-OAuth-Scopes", strings.Join(r.m.scopes, ","))
		if !slices.ContainsFunc(r.m.scopes, r.may) {
			return r.missing(r.m.scopes[0])
		}
	}
	return nil
}

func (r *request) may(scope string) bool { return slices.Contains(r.token.scopes, scope) }

func (r *request) missing(scope string) *failure {
	return &failure{code: "missing_scope", more: object{"needed": scope, "provided": strings.Join(r.token.scopes, ",")}}
}

// Arguments that are not text.
const (
	numbers    = "limit length num_members"
	flags      = "as_user link_names mrkdwn reply_broadcast unfurl_links unfurl_media inclusive include_all_metadata include_locale include_num_members exclude_archived return_im prevent_creation test"
	structures = "blocks attachments metadata view files"
)

func isOne(names, name string) bool { return slices.Contains(strings.Fields(names), name) }

// check holds the arguments to what the method takes, and reads those that are
// structures.
func (r *request) check() *failure {
	e := &blockErrors{}
	for _, name := range r.m.required {
		if v, ok := r.args[name]; !ok || v == "" || v == nil {
			e.lines = append(e.lines, "missing required field: "+name)
		}
	}
	for _, name := range sorted(r.args) {
		v := r.args[name]
		if _, isText := v.(string); !isText && v != nil && !isOne(structures, name) {
			v = r.plain(e, name, v)
		}
		s, isText := v.(string)
		_, isNumber := integer(s)
		switch {
		case v == nil:
			delete(r.args, name)
			continue
		case isOne(numbers, name) && !isNumber:
			e.add("/"+name, "must be an integer")
		case isOne(flags, name) && !isOne("true false 1 0", s):
			e.add("/"+name, "must be a boolean")
		case isOne(structures, name) && isText && s != "":
			read, err := decode([]byte(s))
			if err != nil {
				return broken(name)
			}
			v = read
		}
		r.args[name] = v
		known := name == "team_id" || slices.Contains(r.m.required, name) // Slack's own clients send it with everything
		if !known && !slices.Contains(r.m.optional, name) {
			r.notice("%s doesn't know the argument %q", r.m.name, name)
		}
	}
	return e.failure("invalid_arguments")
}

// plain is an argument of JSON as a form would have it.
func (r *request) plain(e *blockErrors, name string, v any) any {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	case []any: // such as channels and users
		var all []string
		for _, one := range v {
			s, _ := one.(string)
			all = append(all, s)
		}
		return strings.Join(all, ",")
	}
	e.add("/"+name, "must be a string")
	return ""
}

// broken is the answer to an argument that should be JSON and isn't.
func broken(name string) *failure {
	switch name {
	case "blocks":
		return refuse("invalid_blocks_format")
	case "metadata":
		return refuse("invalid_metadata_format")
	case "attachments":
		return refuse("invalid_attachments")
	}
	e := &blockErrors{}
	e.add("/"+name, "must be valid JSON")
	return e.failure("invalid_arguments")
}

func (r *request) text(name string) string { return text(r.args, name) }

func (r *request) truth(name string) bool { return isOne("true 1", r.text(name)) }

func (r *request) notice(format string, args ...any) {
	if r.w != nil {
		r.w.s.notice(format, args...)
	}
}

// write sends an answer, or what a fault makes of it.
func (s *Server) write(w http.ResponseWriter, q *http.Request, o *outcome) {
	if !s.sleep(q.Context(), o.wait) || o.cut {
		if h, ok := w.(http.Hijacker); ok {
			if c, _, err := h.Hijack(); err == nil {
				_ = c.Close()
			}
		}
		return
	}
	for key, values := range o.header {
		w.Header()[key] = values
	}
	w.Header().Set("Content-Type", o.kind)
	w.WriteHeader(o.status)
	_, _ = w.Write(o.body)
}

// sleep waits, and reports false if nobody waits for the answer any more.
func (s *Server) sleep(ctx context.Context, d time.Duration) bool {
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
