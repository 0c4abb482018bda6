package slacktest

// Group is a user group of a workspace: people who are mentioned by one handle.
type Group struct {
	s       *Server
	ID      string
	Handle  string
	at      *Workspace
	members []*Person
	off     bool
}

// Group makes a user group of people.
func (w *Workspace) Group(handle string, people ...*Person) *Group {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	g := &Group{s: w.s, ID: w.s.id("S"), Handle: handle, at: w, members: people}
	w.groups = append(w.groups, g)
	return g
}

// Disable switches the group off, or on again.
func (g *Group) Disable(on bool) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.off = on
}

// Handle is how people read a mention of the user group with that identifier.
func (w *Workspace) Handle(id string) string {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if g := w.group(id); g != nil {
		return "@" + g.Handle
	}
	return "@unknown"
}

// group is the user group with that identifier; nil for none that is switched on.
func (w *Workspace) group(id string) *Group {
	for _, g := range w.groups {
		if g.ID == id && !g.off {
			return g
		}
	}
	return nil
}

// userGroups is usergroups.list.
func (s *Server) userGroups(r *request) (object, *failure) {
	out := []any{}
	for _, g := range r.w.groups {
		if g.off && !r.truth("include_disabled") {
			continue
		}
		one := object{
			"id": g.ID, "team_id": r.w.ID, "is_usergroup": true, "is_subteam": true, "name": g.Handle, "description": "", "handle": g.Handle,
			"is_external": false, "date_create": 1763800000, "date_update": 1763800000, "date_delete": 0, "auto_type": nil,
			"created_by": r.w.bot.ID, "updated_by": r.w.bot.ID, "deleted_by": nil, "prefs": object{"channels": []any{}, "groups": []any{}},
		}
		if g.off {
			one["date_delete"] = 1763800001
		}
		ids := []any{}
		for _, p := range g.members {
			ids = append(ids, p.ID)
		}
		if r.truth("include_users") {
			one["users"] = ids
		}
		if r.truth("include_count") {
			one["user_count"] = len(ids)
		}
		out = append(out, one)
	}
	return object{"usergroups": out}, nil
}
