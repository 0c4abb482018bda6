package store

import "context"

// DropDue forgets what waits of a subject, as a program without it has left it.
func (s *Store) DropDue(ctx context.Context, kind, subject string) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error { return dropDue(ctx, tx, kind, subject) })
}
