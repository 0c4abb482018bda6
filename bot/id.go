package bot

import (
	"crypto/rand"
	"strings"
)

// Identifiers are opaque strings that begin with the name of the adapter that
// made them and a colon ("slack:T1/C2"). Only that adapter reads the rest.
type (
	// SpaceID names a workspace, server or other place that holds channels.
	SpaceID string
	// ChannelID names one place in which messages appear: a channel or a private conversation.
	ChannelID string
	// MessageID names one posted message, its channel included.
	MessageID string
	// UserID names one account on one platform.
	UserID string
	// AudienceID names a set of people in one space whom a post can notify, such as a role.
	AudienceID string
)

// AdapterOf is the adapter name with which an identifier of any kind begins,
// or "" when it has none.
func AdapterOf[ID ~string](id ID) string {
	name, _, ok := strings.Cut(string(id), ":")
	if !ok {
		return ""
	}
	return name
}

// NewID makes a random identifier of 16 lower-case letters and digits (80 bits),
// short enough for a delivery key and for a control's path.
func NewID() string {
	return strings.ToLower(rand.Text()[:16])
}
