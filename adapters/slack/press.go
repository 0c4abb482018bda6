package slack

import (
	"strings"

	"github.com/slack-go/slack"
)

// pressed is the path of a control that was used, and false for what needs no
// handler, such as a link.
func pressed(a slack.BlockAction) (path string, ok bool) {
	if a.ActionID == "" || strings.HasPrefix(a.ActionID, linkPrefix) {
		return "", false
	}
	if a.SelectedOption.Value != "" {
		return a.ActionID + "/" + a.SelectedOption.Value, true
	}
	return a.ActionID, true
}
