package practice

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// A group's own questions are items like those of banks: they are posted, graded,
// reviewed, reported and corrected in the same way. Only where they come from is
// another place, the database, and nobody but the group is asked them. Package
// suggest is how they get there.

// OwnBank is the bank of groups' own items. No bank can have that name.
const OwnBank = "group's own"

// ownPrefix begins the identifiers of groups' own items. Those of banks have no
// full stop, so the two are never the same.
const ownPrefix = "own."

// OwnID is the identifier of the item that a suggestion has become.
func OwnID(suggestion string) string { return ownPrefix + suggestion }

// OwnOf is the suggestion that an item once was; false for an item of a bank.
func OwnOf(item string) (suggestion string, ok bool) { return strings.CutPrefix(item, ownPrefix) }

// OwnItem is an item of a group's own.
type OwnItem struct {
	quizzes.Item
	Imported bool // it came with others in a file, and waits its turn like the banks'
}

// OwnStore is what groups' own items keep in the database.
type OwnStore interface {
	// OwnItems are a group's own items about a track that may be asked, in the
	// order in which they were accepted.
	OwnItems(ctx context.Context, trackID string) ([]OwnItem, error)
	// Signature is who wrote a group's own item, as boards name them; "" where
	// nobody signed it, or who did has gone.
	Signature(ctx context.Context, groupID, item string) (string, error)
	// KnewBefore reports whether the person of an account wrote, accepted or changed
	// a group's own item, and so knew its answer before it was asked.
	KnewBefore(ctx context.Context, item string, account bot.UserID) (bool, error)
	// SuggestionRead records that a member has read a group's own items with their
	// answers; those that were posted before don't count.
	SuggestionRead(ctx context.Context, memberID string, ids ...string) error
}

// known is all that could ever be asked about a track: what the banks have, and the
// group's own.
func (s *Service) known(ctx context.Context, t group.Track) (index, error) {
	banks := s.Library.of(t.Certification)
	if t.Own == 0 {
		return banks, nil
	}
	// Nothing changes about a group's own items without another number.
	name := banks.name + " " + t.ID + " " + strconv.Itoa(t.Own)
	if x, ok := s.own.get(name); ok {
		return x, nil
	}
	items, err := s.Store.OwnItems(ctx, t.ID)
	if err != nil {
		return index{}, err
	}
	x := banks.with(name, items)
	s.own.put(name, x)
	return x, nil
}

// items is what may be asked about a track; see pool.
func (s *Service) items(ctx context.Context, t group.Track) (index, error) {
	if s.bound(t.Certification) && !t.Wide {
		return s.pool(t), nil // no program computed what people wrote
	}
	return s.known(ctx, t)
}

// with is another index, with a group's own items behind those of this one.
func (x index) with(name string, own []OwnItem) index {
	x.name, x.items = name, slices.Clip(x.items)
	x.byID, x.place, x.areas, x.places = maps.Clone(x.byID), maps.Clone(x.place), maps.Clone(x.areas), maps.Clone(x.places)
	if x.byID == nil {
		x.byID, x.place, x.areas, x.places = map[string]entry{}, map[string]int{}, map[string][]entry{}, map[string][]int{}
	}
	for area := range x.areas {
		x.areas[area], x.places[area] = slices.Clip(x.areas[area]), slices.Clip(x.places[area])
	}
	for _, item := range own {
		x.add(entry{item: item.Item, bank: OwnBank, imported: item.Imported})
	}
	return x
}

// notBefore leaves only the questions that members of the group wrote and that were
// never posted, if there are any: who writes one sees it asked within days. A file
// may bring hundreds, which would keep everything else away for years; they aren't
// among these.
func notBefore(fresh map[string][]entry) map[string][]entry {
	own := map[string][]entry{}
	for area, all := range fresh {
		for _, e := range all {
			if e.bank == OwnBank && !e.imported {
				own[area] = append(own[area], e)
			}
		}
	}
	if len(own) == 0 {
		return fresh
	}
	return own
}

// sign adds to the card of a group's own item who wrote it, if they signed it. The
// name is looked up each time, so that it goes with the person.
func (s *Service) sign(ctx context.Context, groupID string, item quizzes.Item, card *bot.Card) error {
	if _, own := OwnOf(item.ID); !own {
		return nil
	}
	name, err := s.Store.Signature(ctx, groupID, item.ID)
	if name != "" {
		card.Footer = bot.Join("\n", bot.Textf(signedWords, bot.Clip(name, 40)), card.Footer)
	}
	return err
}

// unranked lets an answer earn no more than answering does, from who knew it
// before: nobody gains by a question of their own.
func (s *Service) unranked(ctx context.Context, a *Answer, account bot.UserID) error {
	if _, own := OwnOf(a.Item); !own || a.Credit == VoidCredit {
		return nil
	}
	knew, err := s.Store.KnewBefore(ctx, a.Item, account)
	if knew {
		a.Credit = Wrong
	}
	return err
}

// Known are all items that could ever be asked about a track, the group's own among
// them. Each that is drawn is drawn once for it, so many take their time: it ends
// with the context.
func (s *Service) Known(ctx context.Context, t group.Track) ([]quizzes.Item, error) {
	x, err := s.known(ctx, t)
	if err != nil {
		return nil, err
	}
	all := make([]quizzes.Item, len(x.items))
	for n, e := range x.items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all[n] = e.item.First()
	}
	return all, nil
}

// Barred reports whether a rule keeps the group's own questions about a track from
// being asked, until an organiser chooses all.
func (s *Service) Barred(t group.Track) bool { return s.bound(t.Certification) && !t.Wide }
