package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"

	"studyhall/bot"
)

// register replaces Discord's list of our commands if it differs. What was
// registered before elsewhere (for all servers or for one) stays as it is.
func (a *Adapter) register(ctx context.Context) error {
	list, body, _, same, err := a.registered(ctx, a.core.Commands())
	if err != nil || same {
		return err
	}
	list.method, list.body = http.MethodPut, body
	if err := a.rest.do(ctx, list, nil); err != nil {
		return err
	}
	a.log.Info("commands registered with Discord", "server", cmp.Or(a.guild, "all"))
	return nil
}

// registered asks for the commands that Discord has, says how many those are and
// whether they are as they should be. body is what should be there instead, and
// list the call that asked.
func (a *Adapter) registered(ctx context.Context, wanted []bot.Command) (list call, body []byte, n int, same bool, err error) {
	list = call{method: http.MethodGet, route: "/applications/*/commands", args: []string{a.app}}
	if a.guild != "" {
		list.route, list.args = "/applications/*/guilds/*/commands", []string{a.app, a.guild}
	}
	var there []json.RawMessage
	if err := a.rest.do(ctx, list, &there); err != nil {
		return list, nil, 0, false, err
	}
	if body, err = commandsBody(wanted); err != nil {
		return list, nil, 0, false, err
	}
	return list, body, len(there), sameCommands(there, body, a.guild != ""), nil
}

// sameCommands compares what is registered with what should be. Discord adds
// fields of its own and leaves out what is as usual; commands of one server have
// no contexts.
func sameCommands(there []json.RawMessage, wanted []byte, oneServer bool) bool {
	a := make([]command, len(there))
	for i, one := range there {
		if json.Unmarshal(one, &a[i]) != nil {
			return false
		}
	}
	var b []command
	if json.Unmarshal(wanted, &b) != nil {
		return false
	}
	for _, all := range [][]command{a, b} {
		slices.SortFunc(all, func(x, y command) int { return cmp.Or(cmp.Compare(x.Type, y.Type), cmp.Compare(x.Name, y.Name)) })
		for i := range all {
			if oneServer {
				all[i].Contexts, all[i].IntegrationTypes = nil, nil
			}
		}
	}
	return len(a) == len(b) && reflect.DeepEqual(a, b)
}
