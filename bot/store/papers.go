package store

import (
	"context"

	"studyhall/bot/papers"
)

var _ papers.Store = (*Store)(nil)

const expenseColumns = `SELECT id, member_id, certification, what, amount, currency, day, receipt, entered_at FROM expenses `

func readExpense(scan scanner) (e papers.Expense, err error) {
	var entered int64
	err = scan(&e.ID, &e.Member, &e.Certification, &e.What, &e.Amount.Minor, &e.Amount.Currency, &e.Day, &e.Receipt, &entered)
	e.EnteredAt = instant(entered)
	return e, err
}

// Expenses implements [papers.Store].
func (s *Store) Expenses(ctx context.Context, member, certification string) ([]papers.Expense, error) {
	all, err := list(ctx, s.read(ctx), readExpense, expenseColumns+`WHERE member_id = $1 AND certification = $2 ORDER BY day DESC, entered_at DESC, id`, member, certification)
	return all, wrap("read expenses", err)
}

// Expense implements [papers.Store].
func (s *Store) Expense(ctx context.Context, member, id string) (papers.Expense, bool, error) {
	e, err := readExpense(s.read(ctx).row(ctx, expenseColumns+`WHERE id = $2 AND member_id = $1`, member, id).scan)
	ok, err := found(err)
	return e, ok, wrap("read expense", err)
}

// Spending implements [papers.Store].
func (s *Store) Spending(ctx context.Context, member string) ([]string, error) {
	all, err := list(ctx, s.read(ctx), column[string], `SELECT DISTINCT certification FROM expenses WHERE member_id = $1 ORDER BY certification`, member)
	return all, wrap("read what was spent on", err)
}

// Studied implements [papers.Store].
func (s *Store) Studied(ctx context.Context, member string) ([]string, error) {
	all, err := list(ctx, s.read(ctx), column[string], `SELECT DISTINCT t.certification FROM memberships ms JOIN tracks t ON t.group_id = ms.group_id
		JOIN schedules s ON s.track_id = t.id WHERE ms.member_id = $1 ORDER BY t.certification`, member)
	return all, wrap("read what is studied", err)
}

// AddExpense implements [papers.Store].
func (s *Store) AddExpense(ctx context.Context, press string, e papers.Expense) (added papers.Expense, err error) {
	err = s.ofMember(ctx, "add expense", e.Member, func(ctx context.Context, tx *tx) error {
		added, err = readExpense(tx.row(ctx, expenseColumns+`WHERE member_id = $1 AND interaction = $2`, e.Member, press).scan)
		if there, err := found(err); there || err != nil {
			return err
		}
		var n int
		if err := tx.row(ctx, `SELECT COUNT(*) FROM expenses WHERE member_id = $1 AND certification = $2`, e.Member, e.Certification).scan(&n); err != nil {
			return err
		}
		if n >= papers.MaxExpenses {
			return papers.ErrFull
		}
		added = e
		_, err = tx.exec(ctx, `INSERT INTO expenses (id, member_id, certification, what, amount, currency, day, receipt, interaction, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			e.ID, e.Member, e.Certification, e.What, e.Amount.Minor, e.Amount.Currency, e.Day, e.Receipt, press, millis(e.EnteredAt))
		return err
	})
	return added, err
}

// ChangeExpense implements [papers.Store].
func (s *Store) ChangeExpense(ctx context.Context, e papers.Expense) error {
	return wrap("change expense", oneOf(s.change(ctx, `UPDATE expenses SET what = $3, amount = $4, currency = $5, day = $6, receipt = $7 WHERE id = $2 AND member_id = $1`,
		e.Member, e.ID, e.What, e.Amount.Minor, e.Amount.Currency, e.Day, e.Receipt)))
}

// RemoveExpense implements [papers.Store].
func (s *Store) RemoveExpense(ctx context.Context, member, id string) error {
	_, err := s.change(ctx, `DELETE FROM expenses WHERE id = $2 AND member_id = $1`, member, id)
	return wrap("remove expense", err)
}

// NoteDraft implements [papers.Store].
func (s *Store) NoteDraft(ctx context.Context, member, certification string, k papers.NoteKind) (d papers.Draft, ok bool, err error) {
	var changed int64
	err = s.read(ctx).row(ctx, `SELECT member_id, certification, kind, ask, needed_on, with_result, words, changed_at FROM employer_notes
		WHERE member_id = $1 AND certification = $2 AND kind = $3`, member, certification, string(k)).
		scan(&d.Member, &d.Certification, &d.Kind, &d.Ask, &d.NeededOn, &d.Result, &d.Words, &changed)
	d.ChangedAt = instant(changed)
	ok, err = found(err)
	return d, ok, wrap("read note for an employer", err)
}

// SaveNoteDraft implements [papers.Store].
func (s *Store) SaveNoteDraft(ctx context.Context, d papers.Draft) error {
	return s.ofMember(ctx, "keep note for an employer", d.Member, func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, `INSERT INTO employer_notes (member_id, certification, kind, ask, needed_on, with_result, words, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (member_id, certification, kind) DO UPDATE SET ask = excluded.ask,
				needed_on = excluded.needed_on, with_result = excluded.with_result, words = excluded.words, changed_at = excluded.changed_at`,
			d.Member, d.Certification, string(d.Kind), string(d.Ask), d.NeededOn, d.Result, d.Words, millis(d.ChangedAt))
		return err
	})
}
