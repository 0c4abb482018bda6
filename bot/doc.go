// Package bot is the vocabulary that Studyhall's features and platforms share.
//
// A feature registers commands, controls and forms with a [Bot] and answers an
// [Interaction] with a [Response]: what should happen, never how a platform
// acknowledges it. An [Adapter] renders a [Message] as well as its platform can
// and turns what a person does there into an Interaction. Neither knows the other.
//
// Three decisions hold everywhere. A handler returns what should happen; the
// adapter decides how to acknowledge. Every word is data: a control carries a
// readable path that is routed like a URL, and nothing waits in memory for a
// press. Presence of a power is an interface, degree is the renderer's business,
// and limits belong to the vocabulary: [Message.Validate] holds every message to
// the least that all platforms allow.
package bot
