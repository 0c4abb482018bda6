package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/suggest"
)

// KeepImport implements [suggest.Store].
func (s *Store) KeepImport(ctx context.Context, n suggest.Import) error {
	items, err := json.Marshal(n.Items)
	if err != nil {
		return wrap("keep import", err)
	}
	_, err = s.change(ctx, `INSERT INTO imports (id, group_id, track_id, member_id, signed, items, made_at, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (group_id, member_id) DO UPDATE SET id = excluded.id, track_id = excluded.track_id, signed = excluded.signed,
			items = excluded.items, made_at = excluded.made_at, expires = excluded.expires`,
		n.ID, n.Group, n.Track, n.Member, n.Signed, string(items), millis(n.MadeAt), millis(s.real().Add(suggest.ImportKept)))
	return wrap("keep import", err)
}

const importQuery = `SELECT id, group_id, track_id, member_id, signed, items, made_at FROM imports WHERE id = $1 AND expires > $2`

func readImport(scan scanner) (n suggest.Import, err error) {
	var items string
	var made int64
	if err := scan(&n.ID, &n.Group, &n.Track, &n.Member, &n.Signed, &items, &made); err != nil {
		return n, err
	}
	n.MadeAt = instant(made)
	err = json.Unmarshal([]byte(items), &n.Items)
	return n, err
}

// Import implements [suggest.Store].
func (s *Store) Import(ctx context.Context, id string) (suggest.Import, bool, error) {
	n, err := readImport(s.read(ctx).row(ctx, importQuery, id, millis(s.real())).scan)
	ok, err := found(err)
	return n, ok, wrap("read import", err)
}

// DropImport implements [suggest.Store].
func (s *Store) DropImport(ctx context.Context, id string) error {
	_, err := s.change(ctx, `DELETE FROM imports WHERE id = $1`, id)
	return wrap("drop import", err)
}

// AddImport implements [suggest.Store].
func (s *Store) AddImport(ctx context.Context, id, memberID string, at time.Time) (added suggest.ImportAdded, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		added, err = s.addImport(ctx, tx, id, memberID, at)
		return err
	})
	return added, wrap("add import", err)
}

func (s *Store) addImport(ctx context.Context, tx *tx, id, memberID string, at time.Time) (added suggest.ImportAdded, err error) {
	var groupID string
	if ok, err := found(tx.row(ctx, `SELECT group_id FROM imports WHERE id = $1`, id).scan(&groupID)); err != nil || !ok {
		return suggest.ImportAdded{Gone: true}, err
	}
	if _, err := lockGroup(ctx, tx, groupID); err != nil {
		return added, err
	}
	// Read under the lock: of two presses one finds it.
	n, err := readImport(tx.row(ctx, importQuery, id, millis(s.real())).scan)
	if ok, err := found(err); err != nil || !ok {
		return suggest.ImportAdded{Gone: true}, err
	}
	role, err := roleOf(ctx, tx, groupID, memberID)
	if err != nil {
		return added, err
	}
	if n.Member != memberID || role != group.Organiser {
		return suggest.ImportAdded{Gone: true}, nil
	}
	known, err := ownWordings(ctx, tx, groupID)
	if err != nil {
		return added, err
	}
	var certification string
	if err := tx.row(ctx, `SELECT certification FROM tracks WHERE id = $1 AND group_id = $2`, n.Track, groupID).scan(&certification); err != nil {
		return added, err
	}
	for _, item := range n.Items {
		wording := suggest.Wording(item)
		switch {
		case known[wording]:
			added.Known++
			continue
		case len(known) >= suggest.MostOwn:
			added.TooMany++
			continue
		}
		known[wording] = true
		suggestion, ok := practice.OwnOf(item.ID)
		if !ok {
			return added, errors.New("an item that isn't the group's own")
		}
		version, snapshot := item.Version()
		if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, version, item.ID, practice.OwnBank, certification, string(snapshot), millis(at)); err != nil {
			return added, err
		}
		// A millisecond more each keeps the order of the file.
		made := millis(at) + int64(added.Added)
		if _, err := tx.exec(ctx, `INSERT INTO suggestions (id, group_id, track_id, member_id, signed, state, snapshot, item_version, decided_by, made_at, decided_at, seen_at, imported)
			VALUES ($1, $2, $3, $4, $5, 'accepted', $6, $7, $4, $8, $8, $8, TRUE)`,
			suggestion, groupID, n.Track, memberID, n.Signed, string(snapshot), version, made); err != nil {
			return added, err
		}
		added.Added++
	}
	if added.Added > 0 { // whoever knows the group's own items reads them anew
		if _, err := tx.exec(ctx, `UPDATE tracks SET own = own + 1 WHERE id = $1 AND group_id = $2`, n.Track, groupID); err != nil {
			return added, err
		}
	}
	_, err = tx.exec(ctx, `DELETE FROM imports WHERE id = $1`, id)
	return added, err
}

// ownWordings are the words of a group's own questions, asked or not.
func ownWordings(ctx context.Context, tx *tx, groupID string) (map[string]bool, error) {
	own, err := list(ctx, tx, readSnapshot, `SELECT snapshot FROM suggestions WHERE group_id = $1 AND state IN ('accepted', 'stopped')`, groupID)
	known := map[string]bool{}
	for _, item := range own {
		known[suggest.Wording(item)] = true
	}
	return known, err
}
