package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// mentorNewsFor is for how long a post of good news is edited because somebody in
// it became a mentor.
const mentorNewsFor = 7 * 24 * time.Hour

// DraftNews implements [exam.NewsStore].
func (s *Store) DraftNews(ctx context.Context, examID, member, groupID, words string) (bool, error) {
	n, err := s.change(ctx, `INSERT INTO passes (exam_id, group_id, member_id, words)
		SELECT e.id, ms.group_id, e.member_id, $4 FROM exams e JOIN memberships ms ON ms.member_id = e.member_id AND ms.group_id = $3
			WHERE e.id = $1 AND e.member_id = $2 AND e.state = 'passed'
		ON CONFLICT (exam_id, group_id) DO UPDATE SET words = excluded.words WHERE passes.news_id = ''`, examID, member, groupID, words)
	return n > 0, wrap("draft good news", err)
}

// Draft implements [exam.NewsStore].
func (s *Store) Draft(ctx context.Context, examID, groupID string) (words string, err error) {
	_, err = found(s.read(ctx).row(ctx, `SELECT words FROM passes WHERE exam_id = $1 AND group_id = $2`, examID, groupID).scan(&words))
	return words, wrap("read drafted news", err)
}

// TellNews implements [exam.NewsStore].
func (s *Store) TellNews(ctx context.Context, t exam.Telling, now time.Time) (outcome exam.TellOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		outcome = exam.TellGone
		if _, err := lockGroup(ctx, tx, t.Group); err != nil {
			return err
		}
		var news string
		ok, err := found(tx.row(ctx, `SELECT p.news_id FROM passes p JOIN memberships ms ON ms.group_id = p.group_id AND ms.member_id = p.member_id
			WHERE p.exam_id = $1 AND p.group_id = $2 AND p.member_id = $3`, t.Exam, t.Group, t.Member).scan(&news))
		if err != nil || !ok {
			return err
		}
		if outcome = exam.ToldBefore; news != "" {
			return nil
		}
		channels, err := newsChannels(ctx, tx, t)
		if err != nil {
			return err
		}
		if outcome = exam.NoChannel; len(channels) == 0 {
			return nil
		}
		outcome = exam.Told
		return tellNews(ctx, tx, t, channels, now)
	})
	return outcome, wrap("tell good news", err)
}

// newsChannels are the channels of a group in which a pass is told.
func newsChannels(ctx context.Context, tx *tx, t exam.Telling) ([]string, error) {
	var certification string
	if err := tx.row(ctx, `SELECT certification FROM exams WHERE id = $1`, t.Exam).scan(&certification); err != nil {
		return nil, err
	}
	d, _, err := details(ctx, tx, t.Group)
	if err != nil {
		return nil, err
	}
	var channels []string
	for _, ch := range d.Channels {
		if !ch.Gone && !mutedFor(d, ch, certification) {
			channels = append(channels, string(ch.ID))
		}
	}
	return channels, nil
}

// mutedFor reports whether a channel takes no posts about a certification that its
// group studies. About others every channel does.
func mutedFor(d group.Details, ch group.Channel, certification string) bool {
	studied := 0
	for _, t := range d.Tracks {
		if t.Certification != certification {
			continue
		}
		if !slices.Contains(ch.Muted, t.ID) {
			return false
		}
		studied++
	}
	return studied > 0
}

// tellNews puts a pass into its group's post of the day, which is edited where it
// is there already.
func tellNews(ctx context.Context, tx *tx, t exam.Telling, channels []string, now time.Time) error {
	if _, err := tx.exec(ctx, `INSERT INTO news (id, group_id, day, told_at) VALUES ($1, $2, $3, $4) ON CONFLICT (group_id, day) DO NOTHING`,
		t.News, t.Group, t.Day, millis(now)); err != nil {
		return err
	}
	var news string
	if err := tx.row(ctx, `SELECT id FROM news WHERE group_id = $1 AND day = $2`, t.Group, t.Day).scan(&news); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE passes SET news_id = $3, told_at = $4 WHERE exam_id = $1 AND group_id = $2`, t.Exam, t.Group, news, millis(now)); err != nil {
		return err
	}
	if err := wantEdit(ctx, tx, group.KindNews, news, now); err != nil {
		return err
	}
	owed, err := list(ctx, tx, column[string], `SELECT target FROM deliveries WHERE ref = $1 AND kind = $2 AND state <> 'skipped'`, news, group.KindNews)
	if err != nil {
		return err
	}
	for _, ch := range channels {
		if slices.Contains(owed, ch) {
			continue
		}
		if err := insertDeliveries(ctx, tx, schedule.Delivery{Key: t.Keys(), Kind: group.KindNews, Ref: news, Group: t.Group, Target: ch,
			Rank: schedule.RankOther, At: now, Until: now.Add(exam.NewsFor)}); err != nil {
			return err
		}
	}
	return outcomeChanged(ctx, tx, t.Member, now)
}

// News implements [exam.NewsStore].
func (s *Store) News(ctx context.Context, id string) (n exam.News, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		n, ok, err = readNews(ctx, q, id)
		return err
	})
	return n, ok, wrap("read good news", err)
}

func readNews(ctx context.Context, q querier, id string) (n exam.News, ok bool, err error) {
	var at int64
	if ok, err = found(q.row(ctx, `SELECT id, group_id, day, told_at FROM news WHERE id = $1`, id).scan(&n.ID, &n.Group, &n.Day, &at)); err != nil || !ok {
		return n, ok, err
	}
	n.At = instant(at)
	if n.People, err = newsmakers(ctx, q, n.Group, `p.news_id = $2`, id); err != nil {
		return n, false, err
	}
	err = q.row(ctx, `SELECT COUNT(DISTINCT c.member_id) FROM passes p JOIN congratulations c ON c.exam_id = p.exam_id AND c.group_id = p.group_id
		WHERE p.news_id = $1`, id).scan(&n.Count)
	return n, err == nil, err
}

// newsmakers are those in a group whose passes a condition on $2 chooses, in the
// order in which they told them.
func newsmakers(ctx context.Context, q querier, groupID, condition, arg string) ([]exam.Newsmaker, error) {
	d, _, err := details(ctx, q, groupID)
	if err != nil {
		return nil, err
	}
	people, err := list(ctx, q, func(scan scanner) (p exam.Newsmaker, err error) {
		var at int64
		err = scan(&p.Exam, &p.Member, &p.Certification, &p.Part, &p.Words, &at)
		return p, err
	}, `SELECT e.id, e.member_id, e.certification, e.part, p.words, p.told_at FROM passes p JOIN exams e ON e.id = p.exam_id
		WHERE p.group_id = $1 AND `+condition+` ORDER BY p.told_at, e.id`, groupID, arg)
	if err != nil {
		return nil, err
	}
	for n := range people {
		p := &people[n]
		name, err := naming(ctx, q, groupID, p.Member)
		if err != nil {
			return nil, err
		}
		if !name.Hidden {
			p.Name = name.Shown()
		}
		p.Mentor = name.Mentor
		for _, ch := range d.Channels {
			if mutedFor(d, ch, p.Certification) {
				p.Muted = append(p.Muted, string(ch.ID))
			}
		}
	}
	return people, nil
}

// NewsWith implements [exam.NewsStore].
func (s *Store) NewsWith(ctx context.Context, t exam.Telling) (n exam.News, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		var id string
		if _, err := found(q.row(ctx, `SELECT id FROM news WHERE group_id = $1 AND day = $2`, t.Group, t.Day).scan(&id)); err != nil {
			return err
		}
		if n = (exam.News{ID: t.News, Group: t.Group, Day: t.Day}); id != "" {
			if n, _, err = readNews(ctx, q, id); err != nil {
				return err
			}
		}
		draft, err := newsmakers(ctx, q, t.Group, `p.exam_id = $2`, t.Exam)
		if ok = len(draft) == 1 && draft[0].Member == t.Member; !ok {
			return err
		}
		n.People = append(n.People, draft...)
		return err
	})
	return n, ok && err == nil, wrap("read drafted news", err)
}

// ToldOf implements [exam.NewsStore].
func (s *Store) ToldOf(ctx context.Context, member string) ([]exam.ToldNews, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (t exam.ToldNews, err error) {
		var at int64
		err = scan(&t.Exam, &t.Certification, &t.Group, &t.GroupName, &at, &t.Count)
		t.At = instant(at)
		return t, err
	}, `SELECT e.id, e.certification, g.id, g.name, p.told_at,
			(SELECT COUNT(*) FROM congratulations c WHERE c.exam_id = p.exam_id AND c.group_id = p.group_id)
		FROM passes p JOIN exams e ON e.id = p.exam_id JOIN groups g ON g.id = p.group_id
		WHERE p.member_id = $1 AND p.news_id <> ''`, member)
	slices.SortFunc(all, func(a, b exam.ToldNews) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Group, b.Group), strings.Compare(a.Exam, b.Exam))
	})
	return all, wrap("read told news", err)
}

// Congratulate implements [exam.NewsStore].
func (s *Store) Congratulate(ctx context.Context, news, member string, now time.Time) (fresh bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		fresh = false
		// The post's row is held, so that the count below has everybody before.
		var told int64
		ok, err := found(tx.row(ctx, `UPDATE news SET day = day WHERE id = $1 RETURNING told_at`, news).scan(&told))
		if err != nil || !ok {
			return err
		}
		before, after := 0, 0
		const count = `SELECT COUNT(DISTINCT c.member_id) FROM passes p JOIN congratulations c ON c.exam_id = p.exam_id AND c.group_id = p.group_id WHERE p.news_id = $1`
		if err := tx.row(ctx, count, news).scan(&before); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO congratulations (exam_id, group_id, member_id, at)
			SELECT p.exam_id, p.group_id, m.id, CAST($3 AS BIGINT) FROM passes p JOIN members m ON m.id = $2
				WHERE p.news_id = $1 AND p.member_id <> m.id
			ON CONFLICT (exam_id, group_id, member_id) DO NOTHING`, news, member, millis(now))
		if err != nil || n == 0 {
			return err
		}
		fresh = true
		congratulated, err := list(ctx, tx, column[string], `SELECT DISTINCT member_id FROM passes WHERE news_id = $1 AND member_id <> $2 ORDER BY member_id`, news, member)
		if err != nil {
			return err
		}
		for _, m := range congratulated {
			if err := outcomeChanged(ctx, tx, m, now); err != nil {
				return err
			}
		}
		if err := tx.row(ctx, count, news).scan(&after); err != nil || after == before {
			return err
		}
		at := now
		if !practice.CountShown(after) {
			at = now.Add(practice.CountPace)
		}
		return wantCount(ctx, tx, group.KindNews, news, instant(told), at)
	})
	return fresh && err == nil, wrap("congratulate", err)
}

// StayMentor implements [exam.NewsStore].
func (s *Store) StayMentor(ctx context.Context, groupID, member string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE memberships SET mentor = TRUE WHERE group_id = $1 AND member_id = $2`, groupID, member)
		if ok = n == 1; err != nil || !ok {
			return err
		}
		told, err := list(ctx, tx, column[string], `SELECT DISTINCT news_id FROM passes WHERE group_id = $1 AND member_id = $2 AND news_id <> '' AND told_at > $3 ORDER BY news_id`,
			groupID, member, millis(now.Add(-mentorNewsFor)))
		if err != nil {
			return err
		}
		for _, news := range told {
			if err := wantEdit(ctx, tx, group.KindNews, news, now); err != nil {
				return err
			}
		}
		return nil
	})
	return ok && err == nil, wrap("stay as a mentor", err)
}
