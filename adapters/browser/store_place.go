package browser

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"studyhall/bot"
)

// thread is a conversation under a message.
type thread struct {
	message int64
	channel bot.ChannelID // of the message
	title   string
}

// openThread makes the thread of a message and reports whether there was none.
func (s *store) openThread(ctx context.Context, t thread) (bool, error) {
	result, err := s.write.ExecContext(ctx, `INSERT INTO thread (message, channel, title) VALUES ($1, $2, $3)
		ON CONFLICT (message) DO NOTHING`, t.message, t.channel, t.title)
	if err != nil {
		return false, fmt.Errorf("open thread: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func (s *store) threads(ctx context.Context) ([]thread, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT message, channel, title FROM thread ORDER BY message")
	if err != nil {
		return nil, fmt.Errorf("read threads: %w", err)
	}
	defer rows.Close()
	var out []thread
	for rows.Next() {
		var t thread
		if err := rows.Scan(&t.message, &t.channel, &t.title); err != nil {
			return nil, fmt.Errorf("read threads: %w", err)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// thread finds the thread of a message.
func (s *store) thread(ctx context.Context, message int64) (thread, bool, error) {
	t := thread{message: message}
	err := s.read.QueryRowContext(ctx, "SELECT channel, title FROM thread WHERE message = $1", message).Scan(&t.channel, &t.title)
	if errors.Is(err, sql.ErrNoRows) {
		return thread{}, false, nil
	}
	if err != nil {
		return thread{}, false, fmt.Errorf("read thread: %w", err)
	}
	return t, true, nil
}

// setClosed removes the bot from a channel or lets it back in.
func (s *store) setClosed(ctx context.Context, ch bot.ChannelID, closed bool) error {
	statement := "DELETE FROM closed WHERE channel = $1"
	if closed {
		statement = "INSERT INTO closed (channel) VALUES ($1) ON CONFLICT (channel) DO NOTHING"
	}
	if _, err := s.write.ExecContext(ctx, statement, ch); err != nil {
		return fmt.Errorf("change who is in the channel: %w", err)
	}
	return nil
}

func (s *store) isClosed(ctx context.Context, ch bot.ChannelID) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM closed WHERE channel = $1", ch).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read who is in the channel: %w", err)
	}
	return n > 0, nil
}

// markSeen records that a person has read a channel up to a number.
func (s *store) markSeen(ctx context.Context, reader bot.UserID, ch bot.ChannelID, number int64) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO seen (reader, channel, number) VALUES ($1, $2, $3)
		ON CONFLICT (reader, channel) DO UPDATE SET number = excluded.number WHERE excluded.number > seen.number`, reader, ch, number)
	if err != nil {
		return fmt.Errorf("mark as read: %w", err)
	}
	return nil
}

// markAllSeen marks everything as read by a person.
func (s *store) markAllSeen(ctx context.Context, reader bot.UserID) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO seen (reader, channel, number)
		SELECT $1, channel, MAX(number) FROM entry WHERE TRUE GROUP BY channel
		ON CONFLICT (reader, channel) DO UPDATE SET number = excluded.number WHERE excluded.number > seen.number`, reader)
	if err != nil {
		return fmt.Errorf("mark as read: %w", err)
	}
	return nil
}

// forgetWhispers removes everything that one person alone sees.
func (s *store) forgetWhispers(ctx context.Context) error {
	if _, err := s.write.ExecContext(ctx, "DELETE FROM entry WHERE reader <> ''"); err != nil {
		return fmt.Errorf("forget whispers: %w", err)
	}
	return nil
}

// unread counts what a person has not read, by channel: what others said, as
// far as the person may see it.
func (s *store) unread(ctx context.Context, reader bot.UserID) (map[bot.ChannelID]int, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT e.channel, COUNT(*) FROM entry e
		LEFT JOIN seen s ON s.reader = $1 AND s.channel = e.channel
		WHERE e.number > COALESCE(s.number, 0) AND e.reader IN ('', $1) AND e.author <> $1 AND e.body <> ''
		GROUP BY e.channel`, reader)
	if err != nil {
		return nil, fmt.Errorf("count unread: %w", err)
	}
	defer rows.Close()
	out := map[bot.ChannelID]int{}
	for rows.Next() {
		var ch bot.ChannelID
		var n int
		if err := rows.Scan(&ch, &n); err != nil {
			return nil, fmt.Errorf("count unread: %w", err)
		}
		out[ch] = n
	}
	return out, rows.Err()
}
