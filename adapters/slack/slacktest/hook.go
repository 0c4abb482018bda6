package slacktest

import (
	"mime"
	"net/http"
	"net/url"
	"time"
)

// respond is a post to a response_url.
func (s *Server) respond(o *outcome, q *http.Request, body []byte) {
	i := s.hooks[q.URL.Path]
	refused := func(status int, code string) {
		s.refused = append(s.refused, Refusal{ResponseURL, code, string(body)})
		o.text(status, code)
	}
	if i == nil || q.Method != http.MethodPost || !i.at.installed {
		refused(http.StatusNotFound, "no_service")
		return
	}
	limit, limited := s.limits.of(ResponseURL, 0)
	if limited {
		if limit.Calls == 0 {
			limit = Limit{1, time.Second, channelBurst}
		}
		if wait := s.limits.wait(s.now(), i.hook, limit); wait > 0 {
			s.tooMany(o, wait)
			return
		}
	}
	switch {
	case s.now().Sub(i.created) > hookLife:
		refused(http.StatusNotFound, s.o.LateURL)
		return
	case i.uses >= mostUses:
		refused(http.StatusNotFound, s.o.UsedURL)
		return
	}
	if media, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); media == "application/x-www-form-urlencoded" {
		if form, err := url.ParseQuery(string(body)); err == nil {
			body = []byte(form.Get("payload"))
		}
	}
	v, err := decode(body)
	in, isObject := v.(object)
	if err != nil || !isObject {
		refused(http.StatusBadRequest, "invalid_payload")
		return
	}
	if code := i.reply(in, o); code != "" {
		refused(http.StatusBadRequest, code)
		return
	}
	i.uses++
	o.text(http.StatusOK, "ok")
}

// reply does what a post to the response_url says; the code of what is wrong with
// it otherwise.
func (i *Interaction) reply(in object, o *outcome) (code string) {
	s, m := i.s, i.source
	if (truth(in, "replace_original") || truth(in, "delete_original")) && m == nil {
		s.notice("a command's response_url has no message to replace or delete")
	}
	if truth(in, "delete_original") && m != nil {
		if m.gone {
			return "message_not_found"
		}
		s.unpost(m)
		return ""
	}
	d, fail := s.draft(in, mostChar, o)
	if fail != nil {
		return fail.code
	}
	if !truth(in, "replace_original") || m == nil || i.kind != ofAction {
		i.say(in, d)
		return ""
	}
	if kind := text(in, "response_type"); kind == "in_channel" && m.only != nil || kind == "ephemeral" && m.only == nil {
		s.notice("a message can't change between ephemeral and in_channel")
	}
	if m.gone {
		return "message_not_found"
	}
	s.edit(m, d, false)
	return ""
}
