package store

import (
	"context"
	"encoding/json"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/suggest"
	"studyhall/quizzes"
)

var (
	_ suggest.Store     = (*Store)(nil)
	_ practice.OwnStore = (*Store)(nil)
)

const earnedSuggestion = "suggestion" // that was accepted

// authorOf is what boards call the author of a suggestion n; "" for who is hidden or gone.
const authorOf = `COALESCE((SELECT CASE WHEN ms.board_name <> '' THEN ms.board_name ELSE ` + nameIn + ` END
	FROM memberships ms JOIN members m ON m.id = ms.member_id
	WHERE ms.group_id = n.group_id AND ms.member_id = n.member_id AND NOT ms.hidden), '')`

// suggestionQuery reads suggestions as the member $1 may see them, with what the group
// has corrected.
var suggestionQuery = `SELECT n.id, n.group_id, n.track_id, n.member_id, CASE WHEN n.signed THEN ` + authorOf + ` ELSE '' END, n.signed, n.state,
		COALESCE((SELECT v.snapshot FROM overrides o JOIN item_versions v ON v.id = o.corrected
			WHERE o.group_id = n.group_id AND o.item_version = n.item_version), n.snapshot), n.item_version, n.edition, n.reason,
		COALESCE((SELECT ms.name FROM memberships ms WHERE ms.group_id = n.group_id AND ms.member_id = n.decided_by), ''),
		n.points, n.made_at, n.decided_at, n.seen_at > 0, ` + heldFrom("n.group_id", "'own.' || n.id", "$1") + `
	FROM suggestions n `

func readSuggestion(scan scanner) (n suggest.Suggestion, err error) {
	var made, done int64
	var snapshot string
	if err := scan(&n.ID, &n.Group, &n.Track, &n.Member, &n.Name, &n.Signed, &n.State, &snapshot, &n.Version, &n.Edition, &n.Reason, &n.By,
		&n.Points, &made, &done, &n.Seen, &n.Held); err != nil {
		return n, err
	}
	n.MadeAt, n.DoneAt = instant(made), instant(done)
	n.Item, err = quizzes.FromSnapshot([]byte(snapshot))
	return n, err
}

// AddSuggestion implements [suggest.Store].
func (s *Store) AddSuggestion(ctx context.Context, n suggest.Suggestion) (added suggest.Added, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		added = suggest.Added{}
		if _, err := lockGroup(ctx, tx, n.Group); err != nil {
			return err
		}
		mine, err := list(ctx, tx, readSuggestion, suggestionQuery+`WHERE n.group_id = $2 AND n.member_id = $1 AND n.state = 'waiting'`, n.Member, n.Group)
		if err != nil {
			return err
		}
		for _, before := range mine {
			if added.Again = before.Item.Stem == n.Item.Stem; added.Again {
				return nil
			}
		}
		if added.TooMany = len(mine) >= suggest.MostWaiting; added.TooMany {
			return nil
		}
		_, snapshot := n.Item.Version()
		if _, err := tx.exec(ctx, `INSERT INTO suggestions (id, group_id, member_id, signed, state, snapshot, made_at)
			VALUES ($1, $2, $3, $4, 'waiting', $5, $6)`, n.ID, n.Group, n.Member, n.Signed, string(snapshot), millis(n.MadeAt)); err != nil {
			return err
		}
		return noticeSuggestions(ctx, tx, n.Group, n.MadeAt)
	})
	return added, wrap("record suggestion", err)
}

// noticeSuggestions has organisers told how many suggestions wait: now, or when the
// week after they were told last is over. Without any, there is nothing to tell.
func noticeSuggestions(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	var waiting int
	if err := tx.row(ctx, `SELECT COUNT(*) FROM suggestions WHERE group_id = $1 AND state = 'waiting'`, groupID).scan(&waiting); err != nil {
		return err
	}
	if waiting == 0 {
		return closeNotices(ctx, tx, groupID, group.NoticeSuggested, now)
	}
	var last int64
	if err := tx.row(ctx, `SELECT COALESCE(MAX(told_at), 0) FROM notices WHERE group_id = $1 AND kind = $2`,
		groupID, string(group.NoticeSuggested)).scan(&last); err != nil {
		return err
	}
	at := now
	if again := instant(last).Add(group.SuggestedPace); last > 0 && again.After(now) {
		at = again
	}
	return addNoticeAt(ctx, tx, group.SuggestedNotice(groupID, waiting), now, at)
}

// Suggestion implements [suggest.Store].
func (s *Store) Suggestion(ctx context.Context, id, memberID string) (suggest.Suggestion, bool, error) {
	n, err := readSuggestion(s.read(ctx).row(ctx, suggestionQuery+`WHERE n.id = $2`, memberID, id).scan)
	ok, err := found(err)
	return n, ok, wrap("read suggestion", err)
}

// SuggestionsWaiting implements [suggest.Store].
func (s *Store) SuggestionsWaiting(ctx context.Context, groupID string) (n int, err error) {
	err = s.read(ctx).row(ctx, `SELECT COUNT(*) FROM suggestions WHERE group_id = $1 AND state = 'waiting'`, groupID).scan(&n)
	return n, wrap("count suggestions", err)
}

// Suggestions implements [suggest.Store].
func (s *Store) Suggestions(ctx context.Context, groupID, memberID string, waiting bool) ([]suggest.Suggestion, error) {
	states := `('accepted', 'stopped')`
	if waiting {
		states = `('waiting')`
	}
	all, err := list(ctx, s.read(ctx), readSuggestion, suggestionQuery+`WHERE n.group_id = $2 AND n.state IN `+states+` ORDER BY n.made_at, n.id`, memberID, groupID)
	return all, wrap("read suggestions", err)
}

// OwnExported implements [suggest.Store].
func (s *Store) OwnExported(ctx context.Context, groupID, memberID string) (byTrack map[string][]quizzes.Item, held int, err error) {
	byTrack = map[string][]quizzes.Item{}
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		clear(byTrack)
		held = 0
		all, err := list(ctx, q, readSuggestion, suggestionQuery+`WHERE n.group_id = $2 AND n.state = 'accepted'
			AND NOT EXISTS (SELECT 1 FROM checks k WHERE k.group_id = $2 AND k.original = n.item_version AND k.state = 'decided' AND k.decision IN ('retired', 'void'))
			ORDER BY n.made_at, n.id`, memberID, groupID)
		if err != nil {
			return err
		}
		for _, n := range all {
			if n.Held {
				held++
				continue
			}
			if !n.Item.Void {
				byTrack[n.Track] = append(byTrack[n.Track], n.Item)
			}
		}
		return nil
	})
	return byTrack, held, wrap("read own questions", err)
}

// ChangeSuggestion implements [suggest.Store].
func (s *Store) ChangeSuggestion(ctx context.Context, c suggest.Change) (outcome suggest.Outcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		outcome, err = changeSuggestion(ctx, tx, c)
		return err
	})
	return outcome, wrap("change suggestion", err)
}

func changeSuggestion(ctx context.Context, tx *tx, c suggest.Change) (suggest.Outcome, error) {
	var groupID string
	if ok, err := found(tx.row(ctx, `SELECT group_id FROM suggestions WHERE id = $1`, c.ID).scan(&groupID)); err != nil || !ok {
		return suggest.Gone, err
	}
	if _, err := lockGroup(ctx, tx, groupID); err != nil {
		return suggest.Gone, err
	}
	n, err := readSuggestion(tx.row(ctx, suggestionQuery+`WHERE n.id = $2`, c.By, c.ID).scan)
	if ok, err := found(err); err != nil || !ok {
		return suggest.Gone, err
	}
	role, err := roleOf(ctx, tx, groupID, c.By)
	if err != nil {
		return suggest.Gone, err
	}
	decides := n.State == suggest.Waiting && c.State != suggest.Waiting
	switch {
	case role != group.Organiser:
		return suggest.Gone, nil
	case n.State != suggest.Waiting && (c.State == suggest.Refused || c.State == suggest.Waiting || n.State == suggest.Refused):
		return suggest.Decided, nil
	case n.Edition != c.Edition:
		return suggest.Changed, nil
	}
	if _, err := tx.exec(ctx, `UPDATE suggestions SET state = $2, track_id = $3, edition = edition + 1 WHERE id = $1`, c.ID, string(c.State), c.Track); err != nil {
		return suggest.Gone, err
	}
	if c.Item != nil {
		if err := rewrite(ctx, tx, c); err != nil {
			return suggest.Gone, err
		}
	}
	// Whoever knows the group's own items reads them anew.
	if _, err := tx.exec(ctx, `UPDATE tracks SET own = own + 1 WHERE id = $1 AND group_id = $2`, c.Track, groupID); err != nil {
		return suggest.Gone, err
	}
	if decides {
		if err := decideSuggestion(ctx, tx, n, c); err != nil {
			return suggest.Gone, err
		}
	}
	return suggest.Done, nil
}

// rewrite gives a suggestion other words. The versions of what was accepted stay for
// ever.
func rewrite(ctx context.Context, tx *tx, c suggest.Change) error {
	version, snapshot := c.Item.Version()
	if c.State == suggest.Waiting {
		_, err := tx.exec(ctx, `UPDATE suggestions SET snapshot = $2 WHERE id = $1`, c.ID, string(snapshot))
		return err
	}
	// Whoever wrote the new words knows them before they are asked.
	if _, err := tx.exec(ctx, `INSERT INTO suggestion_readers (suggestion_id, member_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.ID, c.By); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
		SELECT $1, $2, $3, certification, $5, CAST($6 AS BIGINT) FROM tracks WHERE id = $4 ON CONFLICT DO NOTHING`,
		version, c.Item.ID, practice.OwnBank, c.Track, string(snapshot), millis(c.At)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE suggestions SET snapshot = $2, item_version = $3 WHERE id = $1`, c.ID, string(snapshot), version)
	return err
}

// decideSuggestion notes what was decided, gives points for what was accepted, and
// has its author told.
func decideSuggestion(ctx context.Context, tx *tx, n suggest.Suggestion, c suggest.Change) error {
	points := 0
	if role, err := roleOf(ctx, tx, n.Group, n.Member); err != nil {
		return err
	} else if c.State == suggest.Accepted && role != "" && n.Member != c.By { // nobody rewards themselves
		l, counts, err := openLedger(ctx, tx, n.Group, c.At)
		if err != nil {
			return err
		}
		if counts {
			points = suggest.Points
			if err := earn(ctx, tx, earning{id: n.ID, kind: earnedSuggestion, group: n.Group, track: c.Track, member: n.Member, points: points}, l, c.At); err != nil {
				return err
			}
		}
	}
	if _, err := tx.exec(ctx, `UPDATE suggestions SET reason = $2, decided_by = $3, decided_at = $4, points = $5 WHERE id = $1`,
		n.ID, c.Reason, c.By, millis(c.At), points); err != nil {
		return err
	}
	if n.Member != "" {
		if err := lookAtNotes(ctx, tx, n.Member, suggest.Note, c.At); err != nil {
			return err
		}
	}
	return noticeSuggestions(ctx, tx, n.Group, c.At)
}

// SuggestionRead implements [suggest.Store] and [practice.OwnStore].
func (s *Store) SuggestionRead(ctx context.Context, memberID string, ids ...string) error {
	return wrap("record who read a suggestion", s.write(ctx, func(ctx context.Context, tx *tx) error {
		for _, id := range ids { // once it was posted, everybody has read it
			if _, err := tx.exec(ctx, `INSERT INTO suggestion_readers (suggestion_id, member_id) SELECT n.id, CAST($2 AS TEXT) FROM suggestions n
				WHERE n.id = $1 AND NOT EXISTS (SELECT 1 FROM rounds r WHERE r.group_id = n.group_id AND r.item_id = 'own.' || n.id AND r.state IN ('open', 'closed'))
				ON CONFLICT DO NOTHING`, id, memberID); err != nil {
				return err
			}
		}
		return nil
	}))
}

// SuggestionsAnswered implements [suggest.Store].
func (s *Store) SuggestionsAnswered(ctx context.Context, memberID string, since time.Time) ([]suggest.Suggestion, error) {
	all, err := list(ctx, s.read(ctx), readSuggestion, suggestionQuery+`WHERE n.member_id = $1 AND n.decided_at > $2 AND NOT n.imported ORDER BY n.decided_at DESC, n.id`,
		memberID, millis(since))
	return all, wrap("read answered suggestions", err)
}

// SuggestionsSeen implements [suggest.Store].
func (s *Store) SuggestionsSeen(ctx context.Context, memberID string, now time.Time) error {
	_, err := s.change(ctx, `UPDATE suggestions SET seen_at = $2 WHERE member_id = $1 AND decided_at > 0 AND seen_at = 0`, memberID, millis(now))
	return wrap("record read suggestions", err)
}

// HasSuggested implements [suggest.Store].
func (s *Store) HasSuggested(ctx context.Context, memberID string) (bool, error) {
	has, err := s.exists(ctx, `SELECT 1 FROM suggestions WHERE member_id = $1 AND NOT imported`, memberID)
	return has, wrap("look for suggestions", err)
}

// OwnItems implements [practice.OwnStore].
func (s *Store) OwnItems(ctx context.Context, trackID string) ([]practice.OwnItem, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (i practice.OwnItem, err error) {
		var snapshot string
		if err := scan(&snapshot, &i.Imported); err != nil {
			return i, err
		}
		err = json.Unmarshal([]byte(snapshot), &i.Item)
		return i, err
	}, `SELECT snapshot, imported FROM suggestions WHERE track_id = $1 AND state = 'accepted' ORDER BY decided_at, id`, trackID)
	return all, wrap("read own questions", err)
}

// readSnapshot reads an item.
func readSnapshot(scan scanner) (i quizzes.Item, err error) {
	var snapshot string
	if err := scan(&snapshot); err != nil {
		return i, err
	}
	err = json.Unmarshal([]byte(snapshot), &i)
	return i, err
}

// Signature implements [practice.OwnStore].
func (s *Store) Signature(ctx context.Context, groupID, item string) (name string, err error) {
	id, _ := practice.OwnOf(item)
	_, err = found(s.read(ctx).row(ctx, `SELECT `+authorOf+` FROM suggestions n WHERE n.id = $1 AND n.group_id = $2 AND n.signed`, id, groupID).scan(&name))
	return name, wrap("read signature", err)
}

// KnewBefore implements [practice.OwnStore].
func (s *Store) KnewBefore(ctx context.Context, item string, account bot.UserID) (bool, error) {
	id, _ := practice.OwnOf(item)
	knew, err := s.exists(ctx, `SELECT 1 FROM accounts a WHERE a.id = $2 AND (
		EXISTS (SELECT 1 FROM suggestions n WHERE n.id = $1 AND n.member_id = a.member_id)
		OR EXISTS (SELECT 1 FROM suggestion_readers d WHERE d.suggestion_id = $1 AND d.member_id = a.member_id))`, id, string(account))
	return knew, wrap("look for who knew a question", err)
}
