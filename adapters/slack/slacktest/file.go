package slacktest

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// file is an uploaded file, or the promise of one.
type file struct {
	id     string
	w      *Workspace
	name   string
	title  string
	alt    string
	size   int64
	data   []byte
	stored bool
	done   time.Time // completed; zero before
	where  []*Channel
}

func (f *file) private() string {
	return "http://" + f.w.s.host + filesPath + f.w.ID + "-" + f.id + "/" + url.PathEscape(f.name)
}

// filesPath begins the addresses of files.
const filesPath = "/files-pri/"

// ready reports whether blocks can show the file.
func (f *file) ready(s *Server) bool {
	return !f.done.IsZero() && s.now().Sub(f.done) >= s.o.FileReady
}

func (f *file) json(s *Server) object {
	channels := []any{}
	for _, c := range f.where {
		channels = append(channels, c.ID)
	}
	kind := strings.TrimPrefix(path.Ext(f.name), ".")
	out := object{
		"id": f.id, "created": f.done.Unix(), "timestamp": f.done.Unix(), "name": f.name, "title": either(f.title, f.name), "filetype": kind,
		"mimetype": mime.TypeByExtension("." + kind), "size": f.size, "user": f.w.bot.ID, "user_team": f.w.ID, "mode": "hosted",
		"is_external": false, "is_public": false, "url_private": f.private(),
		"url_private_download": f.private(), "channels": channels, "groups": []any{}, "ims": []any{},
	}
	if f.alt != "" {
		out["alt_txt"] = f.alt
	}
	return out
}

// uploadURL is files.getUploadURLExternal.
func (s *Server) uploadURL(r *request) (object, *failure) {
	size, _ := integer(r.text("length"))
	switch {
	case size <= 0:
		return failed("invalid_arguments")
	case size > 1<<30:
		return failed("file_upload_size_restricted")
	case len([]rune(r.text("alt_txt"))) > 1000:
		return failed("alt_txt_too_large")
	}
	f := &file{id: s.id("F"), w: r.w, name: path.Base(r.text("filename")), alt: r.text("alt_txt"), size: size}
	s.files[f.id] = f
	at := "/upload/v1/" + s.secret(80)
	s.uploads[at] = f
	return object{"upload_url": "http://" + s.host + at, "file_id": f.id}, nil
}

// take is a post to an upload_url: the bytes themselves, or a form with them.
func (s *Server) take(o *outcome, q *http.Request, body []byte) {
	f := s.uploads[q.URL.Path]
	if f == nil || q.Method != http.MethodPost {
		o.text(http.StatusNotFound, "not found")
		return
	}
	if media, parameters, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); media == "multipart/form-data" {
		_, data, err := multiparts(body, parameters["boundary"])
		if err != nil {
			o.text(http.StatusBadRequest, "bad form")
			return
		}
		body = data
	}
	if int64(len(body)) != f.size {
		s.refused = append(s.refused, Refusal{Upload, "wrong_length", fmt.Sprintf("%d bytes, %d were announced", len(body), f.size)})
		o.text(http.StatusBadRequest, "wrong length")
		return
	}
	delete(s.uploads, q.URL.Path)
	f.data, f.stored = body, true
	o.text(http.StatusOK, "OK - "+strconv.Itoa(len(body)))
}

// download is a file's address, which shows who may not read it where to sign in.
func (s *Server) download(o *outcome, q *http.Request) {
	token, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	t := s.tokens[token]
	which, _, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, filesPath), "/")
	team, id, _ := strings.Cut(which, "-")
	f := s.files[id]
	switch {
	case f == nil || f.w.ID != team || !f.stored || q.Method != http.MethodGet:
		o.text(http.StatusNotFound, "not found")
	case t == nil || t.revoked || t.w != f.w || !t.w.installed || !slices.Contains(t.scopes, "files:read"):
		s.refused = append(s.refused, Refusal{Method: Download, Code: "sign_in"})
		o.set("Location", "/?redir="+url.QueryEscape(q.URL.Path))
		o.text(http.StatusFound, "")
	default:
		o.status, o.kind, o.body = http.StatusOK, "application/octet-stream", f.data
	}
}

// completeUpload is files.completeUploadExternal.
func (s *Server) completeUpload(r *request) (object, *failure) {
	all := objects(list(r.args, "files"))
	if len(all) == 0 {
		return failed("invalid_arguments")
	}
	var files []*file
	for _, one := range all {
		f := s.files[text(one, "id")]
		if f == nil || f.w != r.w || !f.stored || !f.done.IsZero() {
			return failed("file_not_found")
		}
		files = append(files, f)
	}
	var where []*Channel
	for id := range strings.SplitSeq(either(r.text("channels"), r.text("channel_id")), ",") {
		if id == "" {
			continue
		}
		c := s.places[id]
		switch {
		case c == nil || c.at != r.w || c.gone || c.private && !c.has(r.w.bot):
			return failed("channel_not_found")
		case !c.has(r.w.bot):
			return failed("not_in_channel")
		case c.archived || c.muted != "":
			return failed("posting_to_channel_denied")
		}
		where = append(where, c)
	}
	var out []any
	for i, f := range files {
		f.title, f.done = either(text(all[i], "title"), f.name), s.now()
		f.where = append(f.where, where...)
		out = append(out, object{"id": f.id, "title": f.title})
	}
	for _, c := range where {
		m := s.post(c, r.w.bot, nil, draft{text: escaped(r.text("initial_comment"))})
		m.files = files
		if ts := r.text("thread_ts"); c.find(ts) != nil {
			m.under(ts)
		}
		s.counts.Posts[""]++
		s.announce(m)
	}
	return object{"files": out}, nil
}
