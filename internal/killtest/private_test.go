package killtest

import (
	"bytes"
	"regexp"
)

// secret is what stands in no log, no private message that comes unasked, and no
// notification: what somebody answered, whether it was right, results and expiries.
var secret = regexp.MustCompile(`(?i)you chose|\bright\. [a-e]\b|you wrote|your score|passed|not this time|expir|answer/[A-Za-z0-9-]+/[a-z]\b`)

// searchAll looks at what was logged and told while the program was under fire
// (acceptance 8 and 11), and at what became of the groups whose only organiser's
// account was closed (18).
func (w *world) searchAll() {
	w.t.Helper()
	log := w.logs()
	if len(log) == 0 {
		w.t.Error("nothing was logged, so nothing could be found")
	}
	for line := range bytes.Lines(log) {
		if at := secret.FindIndex(line); at != nil {
			w.t.Errorf("the log has %q: %s", line[at[0]:at[1]], line)
			break
		}
		if bytes.Contains(line, []byte(`"panic"`)) {
			w.t.Errorf("the program panicked: %s", line)
			break
		}
	}
	for what, all := range map[string][]string{"a private message": w.board.told, "a notification": w.board.notices} {
		for _, text := range all {
			if at := secret.FindStringIndex(text); at != nil {
				w.t.Errorf("%s has %q: %q", what, text[at[0]:at[1]], text)
				break
			}
		}
	}
}

// closeAccounts closes the accounts of some organisers. Each organises at least
// one group alone.
func (w *world) closeAccounts() {
	for n := range leavers {
		w.crowd.slack[n].Deactivate()
		w.guild.Leave(w.crowd.discord[n])
	}
}
