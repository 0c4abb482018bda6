package discordtest

import "net/http"

// hook is the interaction whose token a request carries.
func (s *Server) hook(r *request) (*Interaction, *failure) {
	i := s.asked[r.params["token"]]
	switch {
	case i == nil || r.params["application"] != s.bot.ID || i.dead || i.acked < 0:
		return nil, refuse(http.StatusNotFound, 10015)
	case s.now().Sub(i.created) > tokenLife:
		return nil, refuse(http.StatusUnauthorized, 50027)
	}
	return i, nil
}

// hookMessage gets, edits or deletes the answer, or a later message.
func (s *Server) hookMessage(r *request) (answer, *failure) {
	i, fail := s.hook(r)
	if fail != nil {
		return answer{}, fail
	}
	m := i.original
	if id := r.params["message"]; id != "" {
		m = nil
		for _, one := range append([]*message{i.original}, i.later...) {
			if one != nil && one.id == id {
				m = one
			}
		}
	}
	if m == nil || m.gone {
		return failed(http.StatusNotFound, 10008)
	}
	switch r.route.verb {
	case http.MethodDelete:
		s.unpost(m)
		i.loading = i.loading && m != i.original
		return none()
	case http.MethodPatch:
		if fail := s.hookRules(m, r); fail != nil {
			return answer{}, fail
		}
		s.edit(m, r.body, r.files)
		i.loading = i.loading && m != i.original
	}
	return ok(m.json(false))
}

// hookRules checks an edit by token.
func (s *Server) hookRules(m *message, r *request) *failure {
	e := &formErrors{}
	what := rulesEdit
	if number(m.body, "flags")&flagV2 != 0 {
		what = rulesEditV2
	}
	checkMessage(e, r.body, r.files, what)
	if fail := e.failure(); fail != nil {
		return fail
	}
	if leaves(m, r) {
		return refuse(http.StatusBadRequest, 50006)
	}
	return s.tooLarge(r.files)
}

// leaves reports whether an edit leaves nothing of a message.
func leaves(m *message, r *request) bool {
	after := object{}
	for _, key := range []string{"content", "embeds", "components", "attachments"} {
		after[key] = m.body[key]
		if v, given := r.body[key]; given {
			after[key] = v
		}
	}
	return empty(after, r.files)
}

// followUp is POST /webhooks/{application}/{token}.
func (s *Server) followUp(r *request) (answer, *failure) {
	i, fail := s.hook(r)
	if fail != nil {
		return answer{}, fail
	}
	if i.alone && len(i.later) >= 5 {
		return failed(http.StatusBadRequest, 40094)
	}
	if empty(r.body, r.files) {
		return failed(http.StatusBadRequest, 50006)
	}
	e := &formErrors{}
	checkMessage(e, r.body, r.files, rulesCallback)
	if fail := e.failure(); fail != nil {
		return answer{}, fail
	}
	if fail := s.tooLarge(r.files); fail != nil {
		return answer{}, fail
	}
	if i.loading { // the first one after a promise keeps it
		s.notice("a follow-up kept a promise: edit the original instead")
		i.loading = false
		s.edit(i.original, r.body, r.files)
		return ok(i.original.json(false))
	}
	m := i.post(r.body, r.files, 0)
	i.later = append(i.later, m)
	return ok(m.json(false))
}
