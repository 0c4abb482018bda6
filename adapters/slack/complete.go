package slack

import (
	"context"

	"studyhall/bot"
)

// noOptions is the answer to a menu that asks for its options when there are none.
const noOptions = `{"options":[]}`

// suggest answers what somebody is typing into a menu.
func (a *Adapter) suggest(ctx context.Context, r received) {
	ctx, cancel := context.WithTimeout(ctx, patience) // Slack waits no longer for the answer
	defer cancel()
	path, free, ok := suggestPath(r.ActionID)
	if !ok {
		r.ack([]byte(noOptions))
		return
	}
	i := r.interaction()
	i.Action = path
	if r.View != nil {
		i.Values, _ = submitted(r.team, r.View.state())
	}
	var all []bot.Option
	var err error
	if path == groupPath {
		all, err = a.groupOptions(ctx, r.team, r.Typed)
	} else {
		all = a.core.Complete(ctx, i, r.Typed)
	}
	var body []byte
	if err == nil {
		body, err = suggestionsBody(all, r.Typed, free)
	}
	if err != nil {
		a.log.Warn("suggestions not shown", "interaction", i, "err", err)
		body = []byte(noOptions)
	}
	r.ack(body)
}
