package papers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// Calendar is an address at which dates can be read: a member's own or, for one of
// their groups, what that shares. Of the address itself only a hash is kept.
type Calendar struct {
	Hash      string
	Member    string
	Group     string // "" for the member's own dates
	MadeAt    time.Time
	Version   string    // of what it said last
	ChangedAt time.Time // since when it says that
}

// CalendarStore is what calendars need of the database.
type CalendarStore interface {
	// Calendars are a member's.
	Calendars(ctx context.Context, member string) ([]Calendar, error)
	// SetCalendar keeps an address in place of the one whose hash is given, or of
	// none. It reports false if that isn't the one there is any more; a group has to
	// be one of the member's.
	SetCalendar(ctx context.Context, c Calendar, replaces string) (bool, error)
	// DropCalendar ends the address of a member for a group, or for their own dates.
	DropCalendar(ctx context.Context, member, group string) error
	// CalendarAt is the address with a hash; ok is false if there is none, or its
	// member isn't in its group any more.
	CalendarAt(ctx context.Context, hash string) (c Calendar, ok bool, err error)
	// CalendarSays notes which version of its dates an address says now, and returns
	// since when it does.
	CalendarSays(ctx context.Context, hash, version string, now time.Time) (since time.Time, err error)
	// SharedDays are the days on which members sit exams who share that with a group.
	SharedDays(ctx context.Context, group string) ([]SharedDay, error)
	// Details is a group with what it studies; see [group.Store].
	Details(ctx context.Context, groupID string) (d group.Details, ok bool, err error)
	// GroupsOf are a member's groups; see [group.WishStore].
	GroupsOf(ctx context.Context, member string) ([]group.Group, error)
}

// Feed is what an address gives to a calendar program.
type Feed struct {
	Body     []byte    // iCalendar
	ETag     string    // quoted, of these very bytes
	Modified time.Time // since when they are as they are
}

const (
	minToken = 20 // characters of the secret part of an address
	maxToken = 64
)

// hashOf is what is kept of the secret part of an address. The secret is long and
// made by chance, so nobody finds it by trying.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte("calendar/" + token))
	return hex.EncodeToString(sum[:])
}

// Feed is what stands at the address with a secret part; ok is false if there is
// none, or none any more.
func (s *Service) Feed(ctx context.Context, token string) (f Feed, ok bool, err error) {
	if len(token) < minToken || len(token) > maxToken || strings.Trim(token, tokenCharacters) != "" {
		return Feed{}, false, nil
	}
	c, ok, err := s.Store.CalendarAt(ctx, hashOf(token))
	if err != nil || !ok {
		return Feed{}, false, err
	}
	name, events, ok, err := s.dates(ctx, c.Member, c.Group)
	if err != nil || !ok {
		return Feed{}, false, err
	}
	since, says := c.ChangedAt, version(name, events)
	if says != c.Version {
		if since, err = s.Store.CalendarSays(ctx, c.Hash, says, s.Now()); err != nil {
			return Feed{}, false, err
		}
	}
	body, err := iCalendar(name, events, since)
	if err != nil {
		return Feed{}, false, err
	}
	sum := sha256.Sum256(body)
	return Feed{Body: body, ETag: `"` + hex.EncodeToString(sum[:16]) + `"`, Modified: since}, true, nil
}

const tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// dates are what a calendar says: a member's own, or those of a group; ok is false
// for a group that is no more.
func (s *Service) dates(ctx context.Context, member, groupID string) (name string, events []Event, ok bool, err error) {
	if groupID != "" {
		d, ok, err := s.Store.Details(ctx, groupID)
		if err != nil || !ok {
			return "", nil, false, err
		}
		shared, err := s.Store.SharedDays(ctx, groupID)
		if err != nil {
			return "", nil, false, err
		}
		return d.Group.Name, groupDates(s.Catalogue, d, shared, daysOfGroups(d)), true, nil
	}
	exams, err := s.Store.Exams(ctx, member)
	if err != nil {
		return "", nil, false, err
	}
	credentials, err := s.Store.Credentials(ctx, member)
	if err != nil {
		return "", nil, false, err
	}
	var known lastDays
	if len(exams) > 0 {
		if known, err = s.known(ctx, member); err != nil {
			return "", nil, false, err
		}
	}
	return calendarName, ownDates(s.Catalogue, exams, credentials, known), true, nil
}

// known finds the last days to apply for a member's exams: what the issuer says, or
// an organiser of a group of theirs.
func (s *Service) known(ctx context.Context, member string) (lastDays, error) {
	groups, err := s.Store.GroupsOf(ctx, member)
	if err != nil {
		return nil, err
	}
	var all []group.Details
	for _, g := range groups {
		d, ok, err := s.Store.Details(ctx, g.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, d)
		}
	}
	return daysOfGroups(all...), nil
}

// daysOfGroups knows what issuers say, and where that isn't verified what organisers
// of these groups entered for the same window.
func daysOfGroups(groups ...group.Details) lastDays {
	return func(c cert.Certification, w cert.Window) (lastDay, bool) {
		if last, ok := issuersDay(c, w); ok {
			return last, true
		}
		for _, d := range groups {
			for _, t := range d.Tracks {
				if t.Certification != c.ID || t.WindowFrom != w.From.Format(time.DateOnly) {
					continue
				}
				if known, ok := group.DeadlineOf(c, t); ok && known.Organiser {
					return lastDay{Day: known.Day, Source: "Entered by your organiser"}, true
				}
			}
		}
		return lastDay{}, false
	}
}

// address is where a calendar is read, with the secret in it.
func (s *Service) address(token string) string {
	return fmt.Sprintf("%s/calendar/%s.ics", strings.TrimSuffix(s.PublicURL, "/"), token)
}
