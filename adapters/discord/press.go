package discord

import (
	"fmt"
	"strings"
)

// keyMark stands between a path and a delivery's key in a custom_id.
const keyMark = "~"

// customID is a control's path with a delivery's key, if any. Only a path that
// repeats what somebody typed can hold the mark itself; it is given an empty
// key, so that what follows the last mark is always one.
func customID(path, key string) (string, error) {
	if strings.Contains(key, keyMark) {
		return "", fmt.Errorf("key %q holds a %q", key, keyMark)
	}
	if key == "" && !strings.Contains(path, keyMark) {
		return path, nil
	}
	return path + keyMark + key, nil
}

// pressed is the path of the control with that custom_id, of which a menu sends
// the value that was chosen, and the key of the message's delivery, if the
// control held it.
func pressed(customID string, values []string) (path, key string) {
	path = customID
	if i := strings.LastIndex(customID, keyMark); i >= 0 {
		path, key = customID[:i], customID[i+len(keyMark):]
	}
	if len(values) > 0 {
		path += "/" + values[0]
	}
	return path, key
}
