package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"studyhall/bot"
)

// What the page's script asks for, and what programs may ask in the same way
// and under the same guard (get "/?token=…" first and keep the cookie). A
// request's body is JSON or a form with the same names; people and places are
// named in full ("browser:u/maria", "browser:c/cbet-study") or short ("maria",
// "c/cbet-study").
//
//	POST /api/say     {as, channel, text}            types a line, as the box does
//	POST /api/press   {as, message, action}          presses a control
//	POST /api/submit  {as, message or channel, action, values}  sends a form; values: {name: [text, …]}
//	POST /api/use     {as, message, shortcut}        uses a message shortcut
//	POST /api/clock   {as, to}                       to: RFC 3339, or morning, day, week, next, stop
//	POST /api/seen    {as, channel, message}         has read up to a message
//	POST /api/member  {as, channel, on}              on "true": the bot is in the channel
//	GET  /api/state?as=maria&as=dana                 everything these people see, and the clock
//	GET  /api/complete?as=&in=&text=                 what the box offers
//	GET  /api/suggest?as=&in=&message=&path=&text=   completes a form's field
//	GET  /api/payload?as=&message=                   a message as other platforms get it
//
// The first four answer with what the bot said: {"reply": {id, private, plain,
// actions}, "edit": {…}, "form": {title, submit, action, intro, fields},
// "dialog": the form as HTML, "invalid": {field: fault}}; each of them is
// missing when there is none. Whatever fails answers {"notice": a sentence}.
func (s *site) apiRoutes(mux *http.ServeMux) {
	post := func(path string, f func(ctx context.Context, p person, q request) (any, error)) {
		mux.HandleFunc("POST /api/"+path, func(w http.ResponseWriter, r *http.Request) {
			q, err := readRequest(w, r)
			if err != nil {
				s.answer(w, nil, err)
				return
			}
			p, ok := s.person(q.As)
			if !ok {
				s.answer(w, nil, bot.Errorf("There is nobody here called %q. Nothing was changed.", q.As))
				return
			}
			v, err := f(r.Context(), p, q)
			s.answer(w, v, err)
		})
	}
	post("say", func(ctx context.Context, p person, q request) (any, error) {
		out, err := s.say(ctx, p, q.channel(), q.Text)
		return s.result(out, submission{channel: q.channel()}, err)
	})
	post("press", func(ctx context.Context, p person, q request) (any, error) {
		out, err := s.press(ctx, p, q.Message, q.Action)
		return s.result(out, submission{channel: q.channel(), message: q.Message}, err)
	})
	post("submit", func(ctx context.Context, p person, q request) (any, error) {
		sent := submission{channel: q.channel(), message: q.Message, action: q.Action, values: q.Values, files: q.files}
		out, err := s.submit(ctx, p, sent)
		return s.result(out, sent, err)
	})
	post("use", func(ctx context.Context, p person, q request) (any, error) {
		out, err := s.use(ctx, p, q.Message, q.Shortcut)
		return s.result(out, submission{channel: q.channel(), message: q.Message}, err)
	})
	post("clock", func(ctx context.Context, p person, q request) (any, error) {
		// A page that is closed doesn't stop the clock half-way.
		err := s.moveClock(context.WithoutCancel(ctx), p, q.To)
		return s.viewClock(ctx, p), err
	})
	post("seen", func(ctx context.Context, p person, q request) (any, error) {
		number, _ := messageNumber(q.Message)
		// Somebody who closes the tab has read it all the same.
		if err := s.store.markSeen(context.WithoutCancel(ctx), p.user(), q.channel(), number); err != nil {
			return nil, err
		}
		s.news.publish()
		return struct{}{}, nil
	})
	post("member", func(ctx context.Context, _ person, q request) (any, error) {
		return struct{}{}, s.setMember(ctx, q.channel(), q.On == "true")
	})
	mux.HandleFunc("GET /api/state", s.serveState)
	mux.HandleFunc("GET /api/complete", s.serveComplete)
	mux.HandleFunc("GET /api/suggest", s.serveSuggest)
	mux.HandleFunc("GET /api/payload", s.servePayload)
}

func (s *site) serveComplete(w http.ResponseWriter, r *http.Request) {
	p := s.who(r)
	v, err := s.complete(r.Context(), p, s.where(r, p), r.FormValue("text"))
	s.answer(w, v, err)
}

func (s *site) serveSuggest(w http.ResponseWriter, r *http.Request) {
	p := s.who(r)
	options, err := s.suggest(r.Context(), p, s.where(r, p), bot.MessageID(r.FormValue("message")), r.FormValue("path"), r.FormValue("text"))
	items := []optionState{}
	for _, o := range options {
		items = append(items, optionState(o))
	}
	s.answer(w, map[string]any{"items": items}, err)
}

func (s *site) servePayload(w http.ResponseWriter, r *http.Request) {
	v, err := s.payloads(r.Context(), s.who(r), bot.MessageID(r.FormValue("message")))
	var html string
	if err == nil {
		html, err = s.render("payloads", v)
	}
	s.answer(w, map[string]string{"html": html}, err)
}

// request is what any of the requests above holds.
type request struct {
	As       string        `json:"as"`
	Channel  string        `json:"channel"`
	Text     string        `json:"text"`
	Message  bot.MessageID `json:"message"`
	Action   string        `json:"action"`
	Values   bot.Values    `json:"values"`
	Shortcut string        `json:"shortcut"`
	To       string        `json:"to"`
	On       string        `json:"on"`
	files    []bot.File
}

func (q request) channel() bot.ChannelID {
	return bot.ChannelID(Name + ":" + strings.TrimPrefix(q.Channel, Name+":"))
}

// bodyLimit is the size in bytes of a request without files.
const bodyLimit = 64 << 10

// valuePrefix begins the names of a form's values, apart from our own names.
const valuePrefix = "v."

func readRequest(w http.ResponseWriter, r *http.Request) (request, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	limit := int64(bodyLimit)
	if kind == "multipart/form-data" && r.URL.Path == "/api/submit" {
		limit += bot.LimitFile
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	var q request
	switch kind {
	case "application/json":
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return q, err
		}
		if err := json.Unmarshal(b, &q); err != nil {
			return q, bot.Errorf("The request is not JSON as it should be. Nothing was changed.")
		}
		return q, nil
	case "multipart/form-data":
		if err := r.ParseMultipartForm(limit); err != nil {
			return q, err
		}
	default:
		if err := r.ParseForm(); err != nil {
			return q, err
		}
	}
	f := r.PostForm
	q = request{As: f.Get("as"), Channel: f.Get("channel"), Text: f.Get("text"), Message: bot.MessageID(f.Get("message")),
		Action: f.Get("action"), Shortcut: f.Get("shortcut"), To: f.Get("to"), On: f.Get("on"), Values: bot.Values{}}
	for name, all := range f {
		if field, ok := strings.CutPrefix(name, valuePrefix); ok {
			q.Values[field] = all
		}
	}
	var err error
	q.files, err = readFiles(r)
	return q, err
}

func readFiles(r *http.Request) ([]bot.File, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var files []bot.File
	for _, headers := range r.MultipartForm.File {
		for _, h := range headers {
			if h.Size == 0 { // a file field left empty
				continue
			}
			f, err := h.Open()
			if err != nil {
				return nil, fmt.Errorf("read upload: %w", err)
			}
			data, err := io.ReadAll(f)
			f.Close() //nolint:errcheck // read only
			if err != nil {
				return nil, fmt.Errorf("read upload: %w", err)
			}
			files = append(files, bot.File{Name: string(bot.Typed(h.Filename)), MIME: h.Header.Get("Content-Type"), Data: data})
		}
	}
	return files, nil
}

// answer writes JSON, or the error as a sentence.
func (s *site) answer(w http.ResponseWriter, v any, err error) {
	status := http.StatusOK
	if err != nil {
		var words string
		words, status = s.sentence(err)
		v = map[string]string{"notice": words}
	}
	b, err := json.Marshal(v)
	if err != nil {
		s.log.Error("answer not written", "err", err)
		b, status = []byte(`{"notice":"That didn't work. Please try again."}`), http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b) //nolint:errcheck // a browser that has gone away
}
