package store

import (
	"context"
	"time"

	"studyhall/bot/practice"
)

var _ practice.PictureStore = (*Store)(nil)

// KeepPictures implements [practice.PictureStore].
func (s *Store) KeepPictures(ctx context.Context, pictures map[string][]byte, now time.Time) error {
	for hash, data := range pictures {
		kept, err := s.exists(ctx, `SELECT 1 FROM pictures WHERE hash = $1`, hash)
		if err == nil && !kept {
			_, err = s.change(ctx, `INSERT INTO pictures (hash, data, kept_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				hash, data, millis(now))
		}
		if err != nil {
			return wrap("keep picture "+hash, err)
		}
	}
	return nil
}

// Picture implements [practice.PictureStore].
func (s *Store) Picture(ctx context.Context, hash string) (data []byte, ok bool, err error) {
	ok, err = found(s.read(ctx).row(ctx, `SELECT data FROM pictures WHERE hash = $1`, hash).scan(&data))
	return data, ok, wrap("read picture "+hash, err)
}
