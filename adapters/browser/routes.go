package browser

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"studyhall/bot"
)

// Entries shown at once, and after "Earlier messages" was pressed.
const (
	pageEntries = 100
	moreEntries = 2000
)

// Routes serves the page and everything it needs at "/". With a token in the
// configuration only a browser that was given the printed address is let in.
func (a *Adapter) Routes(core bot.Core) http.Handler {
	s := &site{Adapter: a, core: core}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.servePage)
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("GET /files/{number}/{file}", s.serveFile)
	mux.Handle("GET /static/", staticHandler())
	s.apiRoutes(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "There is nothing at this address. The chat is at /.", http.StatusNotFound)
	})
	return a.guard(mux)
}

// staticHandler serves the embedded files. They have no time of their own, so
// the browser asks again each time; they come from the same machine.
func staticHandler() http.Handler {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		panic(err) // the folder is embedded at compile time
	}
	return http.StripPrefix("/static/", http.FileServerFS(files))
}

// who is the person a request is made as: the one named, or the first.
func (s *site) who(r *http.Request) person {
	if p, ok := s.person(r.FormValue("as")); ok {
		return p
	}
	return s.everybody()[0]
}

// where is the place a request names in its short form; the first channel if
// it names none that the person sees.
func (s *site) where(r *http.Request, p person) bot.ChannelID {
	if in := r.FormValue("in"); in != "" {
		ch := bot.ChannelID(Name + ":" + strings.TrimPrefix(in, Name+":"))
		if ok, err := s.mayRead(r.Context(), p, ch); err == nil && ok {
			return ch
		}
	}
	return channelID(s.channelNames()[0])
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request) {
	me := s.who(r)
	limit := pageEntries
	if r.FormValue("show") == "more" {
		limit = moreEntries
	}
	v, err := s.viewPage(r.Context(), me, s.where(r, me), limit)
	var page string
	if err == nil {
		page, err = s.render("page", v)
	}
	if err != nil {
		s.fault("page not shown", err)
		http.Error(w, "The page could not be shown. Nothing was lost; please reload it.", http.StatusInternalServerError)
		return
	}
	s.news.publish() // what is unread has changed
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte(page)) //nolint:errcheck // a browser that has gone away
}

// serveFile serves a message's picture ("image") or an attachment (its index).
func (s *site) serveFile(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.ParseInt(r.PathValue("number"), 10, 64)
	e, ok, err := s.visible(r.Context(), s.who(r), messageID(number))
	if err != nil {
		s.fault("file not served", err)
		http.Error(w, "The file could not be read.", http.StatusInternalServerError)
		return
	}
	if ok && r.PathValue("file") == "image" && e.message.Card != nil && e.message.Card.Image != nil {
		data := e.message.Card.Image.Data
		kind := http.DetectContentType(data)
		if kind != "image/png" && kind != "image/jpeg" {
			kind = "application/octet-stream"
		}
		w.Header().Set("Content-Type", kind)
		w.Write(data) //nolint:errcheck // a browser that has gone away
		return
	}
	n, err := strconv.Atoi(r.PathValue("file"))
	if !ok || err != nil || n < 0 || n >= len(e.message.Files) {
		http.Error(w, "That file is not there, or not for you to see.", http.StatusNotFound)
		return
	}
	file := e.message.Files[n]
	w.Header().Set("Content-Type", cmp.Or(file.MIME, "application/octet-stream"))
	// Always a download: a foreign HTML file must not run as a page of ours.
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	http.ServeContent(w, r, "", e.at, bytes.NewReader(file.Data))
}

// sentence puts an error into words for the page and logs those that are ours.
func (s *site) sentence(err error) (string, int) {
	if mistake, ok := errors.AsType[*bot.Error](err); ok {
		return mistake.Error(), http.StatusUnprocessableEntity
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return "That was too long for me to read. Nothing was changed. Please make it much shorter.", http.StatusRequestEntityTooLarge
	}
	s.fault("request failed", err)
	return "That didn't work, and it's not your doing. Nothing was lost. Please try again.", http.StatusInternalServerError
}

// fault logs a failure of ours. That a browser went away in the middle of its
// request, as when a tab is closed, is none.
func (s *site) fault(message string, err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.log.Debug("request given up", "err", err)
		return
	}
	s.log.Error(message, "err", err)
}
