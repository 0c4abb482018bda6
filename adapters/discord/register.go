package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
)

// register replaces Discord's list of our commands if it differs. What was
// registered before elsewhere (for all servers or for one) stays as it is.
func (a *Adapter) register(ctx context.Context) error {
	list := call{method: http.MethodGet, route: "/applications/*/commands", args: []string{a.app}}
	if a.guild != "" {
		list.route, list.args = "/applications/*/guilds/*/commands", []string{a.app, a.guild}
	}
	var there json.RawMessage
	if err := a.rest.do(ctx, list, &there); err != nil {
		return err
	}
	body, err := commandsBody(a.core.Commands())
	if err != nil {
		return err
	}
	if sameCommands(there, body, a.guild != "") {
		return nil
	}
	list.method, list.body = http.MethodPut, body
	if err := a.rest.do(ctx, list, nil); err != nil {
		return err
	}
	a.log.Info("commands registered with Discord", "server", cmp.Or(a.guild, "all"))
	return nil
}

// sameCommands compares what is registered with what should be. Discord adds
// fields of its own and leaves out what is as usual; commands of one server have
// no contexts.
func sameCommands(there, wanted []byte, oneServer bool) bool {
	var a, b []command
	if json.Unmarshal(there, &a) != nil || json.Unmarshal(wanted, &b) != nil {
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
