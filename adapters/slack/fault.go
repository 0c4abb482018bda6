package slack

import (
	"errors"
	"strings"
	"time"

	"studyhall/bot"
)

// longPause is after limits of a workspace that Slack gives no time for.
const longPause = 10 * time.Minute

// tokenRefused reports whether Slack no longer takes a token.
func tokenRefused(code string) bool {
	switch code {
	case "account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "not_allowed_token_type",
		"user_removed_from_team", "team_disabled", "org_login_required":
		return true
	}
	return false
}

// deliveryFault says what an error of a post or an edit means for the delivery.
// channel is what people call the place, "#cbet-study", or "". An error of unknown
// outcome is returned as it is.
func deliveryFault(err error, channel string) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*bot.DeliveryError](err); ok {
		return known
	}
	if t, ok := errors.AsType[*tooMany](err); ok {
		return &bot.DeliveryError{Kind: bot.Limited, After: max(t.after, time.Second), All: t.all, Cause: wordsLimited, Err: err}
	}
	if n, ok := errors.AsType[*notSent](err); ok {
		return &bot.DeliveryError{Kind: bot.NotSent, Cause: wordsUnreachable, Err: n}
	}
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	fault := meaning(no, channel)
	fault.Err = err
	return fault
}

// meaning is what a refusal means for a delivery. Codes are those that
// docs.slack.dev/reference/methods has under the methods that write.
func meaning(no *refusal, channel string) *bot.DeliveryError {
	refused := func(cause, fix string) *bot.DeliveryError {
		return &bot.DeliveryError{Kind: bot.Refused, Cause: cause, Fix: fix}
	}
	gone := func(cause, fix string) *bot.DeliveryError {
		return &bot.DeliveryError{Kind: bot.Gone, Cause: cause, Fix: fix}
	}
	switch no.Code {
	case "not_in_channel":
		return refused(wordsNotIn, fixInvite(channel))
	case "channel_not_found", "team_not_found", "channel_is_limited_access", "access_denied", "no_permission":
		return refused(wordsNoChannel, fixUnseen(channel))
	case "is_archived", "is_inactive":
		return refused(wordsArchived, fixArchived(channel))
	case "restricted_action_thread_locked", "thread_locked":
		return refused(wordsLocked, fixLocked)
	case "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "restricted_action",
		"restricted_action_read_only_channel", "posting_to_channel_denied", "app_access_restricted":
		return refused(wordsRestricted, fixRestricted(channel))
	case "messages_tab_disabled":
		return refused(wordsNoTab, fixNoTab)
	case "user_disabled", "user_not_found", "user_not_visible", "invalid_user_combination":
		return gone(wordsNoDirect, fixNoDirect)
	case "message_not_found", "edit_window_closed", "cant_update_message", "cant_delete_message":
		return gone(wordsNoMessage, "")
	case "thread_not_found", "cannot_reply_to_message":
		return gone(wordsNoThread, "")
	case codeScope:
		return refused(wordsMissing(no.Needed), fixMissing(no.Needed))
	case "file_uploads_disabled", "file_uploads_except_images_disabled", "file_type_not_allowed", "blocked_file_type",
		"slack_connect_blocked_file_type", "slack_connect_file_upload_sharing_blocked", "slack_connect_file_link_sharing_blocked",
		"unable_to_share_files", "file_share_limit_reached":
		return refused(wordsNoUpload, fixNoUpload)
	case "storage_limit_reached", "file_upload_size_restricted":
		return refused(wordsNoRoom, fixNoRoom)
	case "too_many_pins":
		return refused(wordsPinsFull, fixPinsFull)
	case "message_limit_exceeded", "team_added_to_org", "external_channel_migrating", "team_access_not_granted":
		return &bot.DeliveryError{Kind: bot.Limited, After: longPause, Cause: wordsLimited}
	case "file_not_found", "file_update_failed", "update_failed":
		return &bot.DeliveryError{Kind: bot.NotSent, Cause: wordsRefused, Fix: fixRefused}
	}
	switch {
	case tokenRefused(no.Code):
		return &bot.DeliveryError{Kind: bot.NotSent, Cause: wordsToken, Fix: fixToken}
	case ourDoing(no.Code):
		return refused(wordsOurLimit, fixOurLimit)
	}
	return refused(wordsRefused, fixRefused)
}

// ourDoing reports whether Slack refuses a request because of what is in it.
func ourDoing(code string) bool {
	switch code {
	case "msg_blocks_too_long", "msg_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "block_mismatch", "too_many_attachments",
		"metadata_too_large", "view_too_large", "only_one_table_allowed", "markdown_text_conflict", "missing_argument", "missing_args", "unknown_method", "bad_timestamp",
		"no_item_specified", "alt_txt_too_large":
		return true
	}
	return strings.HasPrefix(code, "invalid_") // arguments, metadata, attachments, JSON
}

// ourFault is a message that can't be sent as it is.
func ourFault(err error) error {
	return &bot.DeliveryError{Kind: bot.Refused, Cause: wordsOurLimit, Fix: fixOurLimit, Err: err}
}
