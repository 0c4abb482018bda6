package discordtest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// write sends an answer, or what a fault makes of it.
func (s *Server) write(w http.ResponseWriter, q *http.Request, o *outcome) {
	if !s.sleep(q.Context(), o.wait) || o.cut {
		s.cut(w)
		return
	}
	for key, values := range o.header {
		w.Header()[key] = values
	}
	body := o.body
	if o.kind != "" {
		w.Header().Set("Content-Type", o.kind)
	} else {
		w.Header()["Content-Type"] = nil // 204 has none
	}
	if o.gzip && strings.Contains(q.Header.Get("Accept-Encoding"), "gzip") && len(body) > 0 {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(body)
		_ = z.Close()
		body = b.Bytes()
		w.Header().Set("Content-Encoding", "gzip")
	}
	if len(body) > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(o.status)
	if !o.slow {
		_, _ = w.Write(body)
		return
	}
	for i := range body { // a byte a second
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		if !s.sleep(q.Context(), time.Second) {
			return
		}
	}
}

// cut ends the connection without an answer.
func (s *Server) cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
		}
	}
}

// keep stores a file where it can be fetched, and gives its address.
func (s *Server) keep(channel, id string, u upload) string {
	path := "/cdn/attachments/" + channel + "/" + id + "/" + u.name
	s.uploads[path] = u
	return "http://" + s.host + path
}

// download gives a file that somebody sent.
func (s *Server) download(w http.ResponseWriter, path string) {
	s.mu.Lock()
	u, ok := s.uploads[path]
	s.mu.Unlock()
	if !ok {
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", u.kind)
	_, _ = w.Write(u.data)
}
