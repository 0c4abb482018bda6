// Package store keeps everything Studyhall remembers, on SQLite or on
// PostgreSQL, behind one text per SQL statement. A [Store] implements what the
// features and adapters ask for; which engine it has is decided by [Open].
//
// # Adding to it
//
// One file per feature, statements beside the method that runs them. Every
// method is built from two entry points:
//
//   - s.read(ctx) answers queries. Use row for one row, list for several and
//     [Store.view] when several queries must see the same instant.
//   - s.write(ctx, job) runs a job in a transaction. The job is all or nothing,
//     and s.write answers only after it is durable.
//
// A typical method:
//
//	func (s *Store) Rename(ctx context.Context, id, name string) error {
//		return s.write(ctx, func(ctx context.Context, tx *tx) error {
//			n, err := tx.exec(ctx, `UPDATE team SET name = $1 WHERE id = $2`, name, id)
//			if err == nil && n == 0 {
//				err = fs.ErrNotExist
//			}
//			return err
//		})
//	}
//
// Rules of a job: it may run more than once (PostgreSQL repeats it after a
// conflict), so it sets its results afresh each time; it does nothing slow,
// because on SQLite everybody's writes wait for it; after a statement has failed
// the whole job fails, on both engines, unless the statement ran inside tx.try;
// and s.read(ctx) and s.write(ctx, …) with the job's ctx join the job.
//
// Rules of a statement: placeholders are $1, $2, …; columns are BIGINT, BOOLEAN,
// TEXT or BYTEA; instants are milliseconds (see millis and instant), names are
// sorted in Go; SUM is wrapped in CAST(COALESCE(SUM(x), 0) AS BIGINT); tables are
// joined with JOIN, not with commas; LIKE, double-quoted text and deferred
// constraints (one job's fault would fail the commit of all) are not used.
// Prefer a single statement that carries its own condition (UPDATE … WHERE,
// ON CONFLICT … DO UPDATE … WHERE) to reading and writing: on PostgreSQL two
// jobs may read the same value at once, so a job that must read first begins by
// locking a row (see lockGroup). A claim ends in s.skipLocked().
//
// # Migrations
//
// The folder migrations has one numbered file per schema level, run once, in a
// transaction, by goose. A level only adds (expand); what it makes superfluous
// is removed one release later (contract). A level that programs without it can
// no longer work with says so itself:
//
//	UPDATE program SET accepts_from = 7;
//
// A program that knows only level 6 then refuses the database ([ErrNewer]) and
// leaves it untouched; without that line it opens the newer database and works.
// Before migrating a SQLite file the store copies it beside itself; see [Open].
package store
