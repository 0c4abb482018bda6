package store

// wishRecords are what members wish: private notes, being away, codes for other
// spaces they made, and the matches they play in.
func (s *Store) wishRecords() *records {
	const due = `SELECT $2 || '/' || r.kind FROM reminders r WHERE r.member_id = $2`
	return &records{
		s: s,
		columns: map[string]string{
			"reminders.member_id": goes, "notes.member_id": goes, "note_steps.member_id": goes, "aways.member_id": goes, "due.subject": "goes, of notes",
			"invites.member_id": goes, "invite_tries.account_id": goes, "match_players.member_id": moves,
			"match_codes.account": goes, "matches.account": goes,
		},
		export: []section{
			{"notes_wanted", `SELECT notes_week AS most_in_a_week, quiet_from AS quiet_from_minute, quiet_until AS quiet_until_minute, ask_first, extra_time FROM members WHERE id = $1`},
			{"reminders", `SELECT kind, state, minute, zone, since_at FROM reminders WHERE member_id = $1 ORDER BY kind`},
			{"notes", `SELECT kind, day FROM notes WHERE member_id = $1 ORDER BY day, id`},
			{"notes_told", `SELECT kind, step, told_at FROM note_steps WHERE member_id = $1 ORDER BY kind, step`},
			{"aways", `SELECT from_at, until_at, zone FROM aways WHERE member_id = $1 ORDER BY from_at`},
			{"codes_for_spaces", `SELECT g.name AS group_name, i.made_at, i.ends_at, i.channel_id AS channel FROM invites i JOIN groups g ON g.id = i.group_id
				WHERE i.member_id = $1 ORDER BY i.made_at, i.id`},
			{"codes_for_spaces_typed", `SELECT t.account_id AS account, t.tries, t.since AS since_at FROM invite_tries t
				JOIN accounts a ON a.id = t.account_id WHERE a.member_id = $1 ORDER BY t.account_id`},
			{"codes_for_matches", `SELECT g.name AS group_name, c.ends_at FROM match_codes c JOIN groups g ON g.id = c.group_id
				JOIN accounts a ON a.id = c.account WHERE a.member_id = $1 ORDER BY c.ends_at`},
			{"matches_asked_for", `SELECT m.id AS match, m.state, m.made_at, m.ended_at FROM matches m JOIN accounts a ON a.id = m.account
				WHERE a.member_id = $1 ORDER BY m.made_at, m.id`},
			{"matches", `SELECT p.match_id AS match, g.name AS group_name, p.session_id AS session FROM match_players p
				JOIN groups g ON g.id = p.group_id WHERE p.member_id = $1 ORDER BY p.match_id`},
		},
		inGroup: []string{`UPDATE match_players SET member_id = $2 WHERE member_id = $1 AND group_id = $3`},
		erase: []string{
			`DELETE FROM due WHERE kind = 'note' AND subject IN (SELECT $1 || '/' || r.kind FROM reminders r WHERE r.member_id = $1)`,
			`DELETE FROM reminders WHERE member_id = $1`,
			`DELETE FROM notes WHERE member_id = $1`,
			`DELETE FROM note_steps WHERE member_id = $1`,
			`DELETE FROM aways WHERE member_id = $1`,
			`DELETE FROM invites WHERE member_id = $1 AND channel_id = ''`,
			`UPDATE invites SET member_id = '' WHERE member_id = $1`,
		},
		account: []string{
			`DELETE FROM invite_tries WHERE account_id = $1`,
			`DELETE FROM match_codes WHERE account = $1`,
			// There is nobody left to ask.
			`UPDATE matches SET state = CASE WHEN state IN ('found', 'asked') THEN 'cancelled' ELSE state END, account = '' WHERE account = $1`,
		},
		move: []string{
			// Whoever of the two switched something off, or was refused, wins.
			`UPDATE reminders SET state = o.state FROM reminders AS o WHERE reminders.member_id = $1 AND o.member_id = $2
				AND o.kind = reminders.kind AND o.state <> 'on'`,
			`DELETE FROM due WHERE kind = 'note' AND subject IN (` + due + ` AND r.kind IN (SELECT k.kind FROM reminders k WHERE k.member_id = $1))`,
			`UPDATE due SET subject = replace(subject, $2, $1), lane = replace(lane, $2, $1) WHERE kind = 'note' AND subject IN (` + due + `)`,
			`DELETE FROM reminders WHERE member_id = $2 AND kind IN (SELECT k.kind FROM reminders k WHERE k.member_id = $1)`,
			`UPDATE reminders SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM due WHERE kind = 'note' AND $2 <> '' AND subject IN (SELECT $1 || '/' || r.kind FROM reminders r WHERE r.member_id = $1 AND r.state <> 'on')`,
			`UPDATE notes SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM note_steps WHERE member_id = $2 AND EXISTS (SELECT 1 FROM note_steps k
				WHERE k.member_id = $1 AND k.kind = note_steps.kind AND k.step = note_steps.step)`,
			`UPDATE note_steps SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM aways WHERE member_id = $2 AND from_at IN (SELECT k.from_at FROM aways k WHERE k.member_id = $1)`,
			`UPDATE aways SET member_id = $1 WHERE member_id = $2`,
			`UPDATE invites SET member_id = $1 WHERE member_id = $2`,
			`DELETE FROM match_players WHERE member_id = $2 AND match_id IN (SELECT k.match_id FROM match_players k WHERE k.member_id = $1)`,
			`UPDATE match_players SET member_id = $1 WHERE member_id = $2`,
			`UPDATE members SET ask_first = members.ask_first OR o.ask_first,
					notes_week = CASE WHEN o.notes_week < members.notes_week THEN o.notes_week ELSE members.notes_week END,
					quiet_from = CASE WHEN members.quiet_from = members.quiet_until THEN o.quiet_from ELSE members.quiet_from END,
					quiet_until = CASE WHEN members.quiet_from = members.quiet_until THEN o.quiet_until ELSE members.quiet_until END
				FROM members AS o WHERE members.id = $1 AND o.id = $2`,
		},
	}
}
