package slacktest

import (
	"slices"
	"time"
)

// json is somebody as methods write them.
func (p *Person) json(withLocale bool) object {
	out := object{
		"id": p.ID, "team_id": p.at.ID, "name": slug(p.Name), "deleted": p.gone, "is_bot": p.bot, "updated": 1763800000, "is_app_user": false,
	}
	profile := object{"real_name": p.title(), "display_name": p.Name, "display_name_normalized": p.Name, "real_name_normalized": p.title(), "team": p.at.ID}
	out["profile"] = profile
	if p.bot {
		profile["bot_id"], profile["api_app_id"] = p.at.botID, p.s.app.id
	}
	if p.gone {
		return out
	}
	out["real_name"], out["color"] = p.title(), "9f69e7"
	out["is_admin"], out["is_owner"], out["is_primary_owner"] = p.admin, false, false
	out["is_restricted"], out["is_ultra_restricted"], out["is_email_confirmed"] = false, false, true
	if location, err := time.LoadLocation(p.zone); p.zone != "" && err == nil {
		_, offset := p.s.now().In(location).Zone()
		out["tz"], out["tz_label"], out["tz_offset"] = p.zone, p.zone, offset
	}
	if withLocale {
		out["locale"] = either(p.locale, "en-US")
	}
	return out
}

// title is the name that people read.
func (p *Person) title() string {
	r := []rune(p.Name)
	if len(r) > 0 && r[0] >= 'a' && r[0] <= 'z' {
		r[0] -= 'a' - 'A'
	}
	return string(r)
}

// userInfo is users.info.
func (s *Server) userInfo(r *request) (object, *failure) {
	p := s.people[r.text("user")]
	if p == nil || p.at != r.w && !r.w.meets(p) {
		return failed("user_not_found")
	}
	out := p.json(r.truth("include_locale"))
	if p.at != r.w { // of somebody from elsewhere less is told
		out["is_stranger"] = true
		for _, key := range []string{"tz", "tz_label", "tz_offset", "locale"} {
			delete(out, key)
		}
	}
	return object{"user": out}, nil
}

// meets reports whether somebody from elsewhere is in a channel of the workspace.
func (w *Workspace) meets(p *Person) bool {
	return slices.ContainsFunc(w.places, func(c *Channel) bool { return c.shared && c.has(p) })
}

// userList is users.list.
func (s *Server) userList(r *request) (object, *failure) {
	var all []any
	for _, p := range r.w.members {
		all = append(all, p.json(r.truth("include_locale")))
	}
	out, fail := r.page("members", all, 1000, 1000)
	if fail != nil {
		return nil, fail
	}
	out["cache_ts"] = s.now().Unix()
	return out, nil
}

// botInfo is bots.info.
func (s *Server) botInfo(r *request) (object, *failure) {
	if id := r.text("bot"); id != r.w.botID {
		return failed("bot_not_found")
	}
	return object{"bot": object{"id": r.w.botID, "deleted": false, "name": r.w.bot.Name, "updated": 1763800000, "app_id": s.app.id, "user_id": r.w.bot.ID}}, nil
}

// teamInfo is team.info.
func (s *Server) teamInfo(r *request) (object, *failure) {
	if id := r.text("team"); id != "" && id != r.w.ID {
		return failed("team_not_found")
	}
	return object{"team": object{
		"id": r.w.ID, "name": r.w.Name, "domain": r.w.domain, "url": r.w.url(), "email_domain": "", "icon": object{"image_default": true},
		"is_verified": false, "avatar_base_url": "https://ca.slack-edge.com/",
	}}, nil
}

func (w *Workspace) url() string { return "https://" + w.domain + ".slack.com/" }

// authTest is auth.test.
func (s *Server) authTest(r *request) (object, *failure) {
	if r.w == nil {
		return object{"app_name": s.app.Display.Name, "app_id": s.app.id}, nil
	}
	return object{
		"url": r.w.url(), "team": r.w.Name, "user": r.w.bot.Name, "team_id": r.w.ID, "user_id": r.w.bot.ID, "bot_id": r.w.botID,
		"is_enterprise_install": false,
	}, nil
}

// authRevoke is auth.revoke.
func (s *Server) authRevoke(r *request) (object, *failure) {
	if r.truth("test") {
		return object{"revoked": false}, nil
	}
	r.w.revoke()
	return object{"revoked": true}, nil
}

// uninstall is apps.uninstall.
func (s *Server) uninstall(r *request) (object, *failure) {
	switch {
	case r.text("client_id") != s.app.client:
		return failed("invalid_client_id")
	case r.text("client_secret") != s.app.secret:
		return failed("bad_client_secret")
	}
	r.w.uninstall()
	return object{}, nil
}
