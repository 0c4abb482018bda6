package group

import (
	"context"
	"time"

	"studyhall/bot"
)

// MaxTracks is how many certifications a group studies at once.
const MaxTracks = 4

// TrackStore is what the certifications of a group keep in the database.
type TrackStore interface {
	// AddTrack makes a group study one more certification, with a schedule of its
	// own. One it studied before goes on with its numbers and points.
	AddTrack(ctx context.Context, t NewTrack) (TrackOutcome, error)
	// RemoveTrack ends what a group studies by a track, unless it is the last one:
	// its schedule goes, and what waits to be posted. Its open questions close at
	// their latest; answers and points stay.
	RemoveTrack(ctx context.Context, group, track string, now time.Time) (TrackOutcome, error)
}

// NewTrack is a certification that a group begins to study.
type NewTrack struct {
	Setup           Setup  // which one, with its window and times; names the group
	Track, Schedule string // identifiers for what is new
	// Channel is where alone it is posted, and becomes the group's if it isn't yet;
	// "" is every channel of the group.
	Channel bot.ChannelID
	Space   bot.SpaceID // of Channel
	Facts   time.Time   // when to look at how old facts about it are; zero: never
	Now     time.Time
}

// TrackOutcome says what became of a change to what a group studies.
type TrackOutcome int

// The outcomes.
const (
	TrackChanged   TrackOutcome = iota
	TrackBefore                 // the group studies that certification already
	TrackTooMany                // it studies as many as it may
	TrackOver                   // the group has ended
	TrackElsewhere              // the channel is another group's
	TrackLast                   // a group studies at least one
	TrackUnknown                // the group doesn't study that, or not any more
)
