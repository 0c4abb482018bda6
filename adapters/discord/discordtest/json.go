package discordtest

import "strconv"

// user is somebody as the API writes them.
func (p *Person) user() object {
	out := object{
		"id": p.ID, "username": p.Name, "avatar": nil, "discriminator": "0", "public_flags": 0, "flags": 0, "global_name": nil,
		"primary_guild": nil,
	}
	if p.bot {
		out["bot"], out["discriminator"] = true, "4242"
		return out
	}
	out["global_name"] = p.title()
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

// me is the bot's account as it sees it itself.
func (p *Person) me() object {
	out := p.user()
	out["mfa_enabled"], out["locale"], out["verified"], out["email"] = false, "en-US", true, nil
	return out
}

func (m *member) json() object {
	roles := []any{}
	if m.rights != 0 {
		roles = append(roles, m.role)
	}
	return object{
		"avatar": nil, "banner": nil, "communication_disabled_until": nil, "flags": 0, "joined_at": stamp(m.joined), "nick": nil,
		"pending": false, "premium_since": nil, "roles": roles, "mute": false, "deaf": false,
	}
}

// full is a member with the account.
func (g *Guild) full(p *Person) object {
	out := g.members[p].json()
	out["user"] = p.user()
	if p.bot {
		out["roles"] = []any{g.role}
	}
	return out
}

func roleJSON(id, name string, rights uint64, position int, managed bool) object {
	return object{
		"id": id, "name": name, "permissions": bits(rights), "position": position, "color": 0,
		"colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
		"hoist":  false, "managed": managed, "mentionable": false, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
}

func (g *Guild) roles() []any {
	out := []any{roleJSON(g.ID, "@everyone", g.everybody, 0, false), roleJSON(g.role, "studyhall", g.rights, 1, true)}
	for _, p := range g.order {
		if m := g.members[p]; m != nil && m.rights != 0 {
			out = append(out, roleJSON(m.role, p.Name, m.rights, len(out), false))
		}
	}
	for _, r := range g.named {
		out = append(out, r.json(len(out)))
	}
	return out
}

// json is a server as REST writes it.
func (g *Guild) json() object {
	return object{
		"id": g.ID, "name": g.Name, "icon": nil, "description": nil, "home_header": nil, "splash": nil, "discovery_splash": nil,
		"features": []any{}, "banner": nil, "owner_id": g.owner.ID, "application_id": nil, "region": "us-central", "afk_channel_id": nil,
		"afk_timeout": 300, "system_channel_id": nil, "system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": nil,
		"verification_level": 1, "roles": g.roles(), "default_message_notifications": 0, "mfa_level": 0, "explicit_content_filter": 0,
		"max_presences": nil, "max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
		"vanity_url_code": nil, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US", "rules_channel_id": nil,
		"safety_alerts_channel_id": nil, "public_updates_channel_id": nil, "premium_progress_bar_enabled": false, "nsfw": false,
		"nsfw_level": 0, "emojis": []any{}, "stickers": []any{}, "incidents_data": nil,
	}
}

// event is a server as the gateway writes it.
func (g *Guild) event() object {
	out := g.json()
	channels, threads := []any{}, []any{}
	for _, c := range g.places {
		switch {
		case c.gone:
		case c.thread():
			threads = append(threads, c.json())
		default:
			channels = append(channels, c.json())
		}
	}
	out["joined_at"], out["large"], out["unavailable"], out["member_count"] = stamp(g.members[g.s.bot].joined), false, false, len(g.order)
	out["channels"], out["threads"] = channels, threads
	out["members"] = []any{g.full(g.s.bot)}
	for _, key := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		out[key] = []any{}
	}
	return out
}

func (c *Channel) json() object {
	last := any(nil)
	if n := len(c.all); n > 0 {
		last = c.all[n-1].id
	}
	switch {
	case c.guild == nil:
		return object{"id": c.ID, "type": directChannel, "flags": 0, "recipients": []any{c.with.user()}, "last_message_id": last}
	case c.thread():
		return object{
			"id": c.ID, "type": c.kind, "flags": 0, "guild_id": c.guild.ID, "name": c.Name, "parent_id": c.parent.ID,
			"owner_id": c.s.bot.ID, "message_count": len(c.all), "member_count": 1, "total_message_sent": len(c.all),
			"last_message_id": last, "rate_limit_per_user": 0,
			"thread_metadata": object{
				"archived": c.closed, "locked": c.locked, "auto_archive_duration": c.archive, "archive_timestamp": stamp(c.s.now()),
				"create_timestamp": stamp(c.s.now()),
			},
		}
	}
	overwrites := []any{}
	if c.deny|c.allow != 0 {
		overwrites = append(overwrites, object{"id": c.s.bot.ID, "type": 1, "allow": bits(c.allow), "deny": bits(c.deny)})
	}
	return object{
		"id": c.ID, "type": c.kind, "flags": 0, "guild_id": c.guild.ID, "name": c.Name, "position": 0, "permission_overwrites": overwrites,
		"last_message_id": last, "parent_id": nil, "topic": nil, "nsfw": false, "rate_limit_per_user": 0,
	}
}

// partial is a channel as interactions have it; with rights they are somebody's.
func (c *Channel) partial(p *Person) object {
	out := c.json()
	if c.guild != nil {
		out["permissions"] = bits(c.rightsOf(p))
	}
	return out
}

// application is what GET /applications/@me gives.
func (s *Server) application() object {
	endpoint := any(nil)
	if s.o.Interactions != "" {
		endpoint = s.o.Interactions
	}
	return s.settings(object{
		"id": s.bot.ID, "name": "Studyhall", "icon": nil, "description": "", "type": nil, "flags": 1 << 23, "flags_new": strconv.Itoa(1 << 23),
		"verify_key": s.PublicKey(), "redirect_uris": []any{}, "interactions_endpoint_url": endpoint, "role_connections_verification_url": nil,
		"owner": s.owner(), "approximate_guild_count": len(s.guilds), "approximate_user_install_count": 0,
		"approximate_user_authorization_count": 0, "explicit_content_filter": 0, "team": nil, "eligible_oauth2_scopes": []any{},
		"bot": s.bot.user(), "bot_public": true, "bot_require_code_grant": false, "tags": []any{},
	})
}

// owner is whoever made the application.
func (s *Server) owner() object {
	return object{
		"id": "80351110224678912", "username": "nelly", "avatar": nil, "discriminator": "0", "public_flags": 0, "flags": 0,
		"global_name": "Nelly", "primary_guild": nil,
	}
}
