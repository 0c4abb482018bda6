package store

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/board"
)

// standing is whose history is read, with what was found.
type standing struct {
	account bot.UserID
	history board.History
}

// standingsAtOnce is how many histories one statement reads. What is missing to
// so many is filled up: a look-up of the same account twice finds it once.
const standingsAtOnce = 32

// History implements [board.Store]. Those of one track that are asked for at the
// same time are read by one statement. Who asks comes into a reading that has not
// begun yet, so that it has what was written before.
func (s *Store) History(ctx context.Context, groupID, trackID string, account bot.UserID) (board.History, error) {
	if joined(ctx, s) != nil {
		return s.historyOf(ctx, groupID, trackID, account)
	}
	found, err := s.standings.do(ctx, groupID+" "+trackID, standingsAtOnce, standing{account: account},
		func(ctx context.Context, calls []*gathered[standing]) {
			if len(calls) == 1 {
				c := calls[0]
				c.value.history, c.err = s.historyOf(ctx, groupID, trackID, c.value.account)
				return
			}
			all, err := s.histories(ctx, groupID, trackID, calls)
			for _, c := range calls {
				c.value.history, c.err = all[c.value.account], err
			}
		})
	return found.history, err
}

func (s *Store) historyOf(ctx context.Context, groupID, trackID string, account bot.UserID) (board.History, error) {
	return s.history(ctx, historyFrom+`WHERE ac.id = $3 ORDER BY r.number`, groupID, trackID, string(account))
}

const historyFrom = `accounts ac JOIN memberships ms ON ms.group_id = $1 AND ms.member_id = ac.member_id ` + historyJoins + ` `

var historiesQuery = `SELECT ac.id, ` + historyColumns + ` FROM ` + historyFrom +
	`WHERE ac.id IN (` + placeholders(3, standingsAtOnce) + `) ORDER BY ac.id, r.number`

// histories reads many by one statement.
func (s *Store) histories(ctx context.Context, groupID, trackID string, calls []*gathered[standing]) (map[bot.UserID]board.History, error) {
	all := make(map[bot.UserID]board.History, len(calls))
	args := []any{groupID, trackID}
	for n := range standingsAtOnce {
		args = append(args, string(calls[min(n, len(calls)-1)].value.account))
	}
	var account, next bot.UserID
	columns := []any{&next}
	reader := historyReader{}
	reader.each = func(h board.History) { all[account] = h }
	_, err := list(ctx, s.read(ctx), func(scan scanner) (struct{}, error) {
		return struct{}{}, reader.read(func(dest ...any) error {
			columns = append(columns[:1], dest...)
			err := scan(columns...)
			if next != account { // a member may ask with two accounts
				reader.done()
			}
			account = next
			return err
		})
	}, historiesQuery, args...)
	reader.done()
	return all, wrap("read standings", err)
}
