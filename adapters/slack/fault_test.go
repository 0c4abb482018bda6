package slack

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
)

// TestDeliveryFault says what becomes of a delivery after each kind of answer.
func TestDeliveryFault(t *testing.T) {
	for _, test := range []struct {
		name  string
		err   error
		kind  bot.DeliveryFailure
		cause string
		fix   string
	}{
		{"thrown out", &refusal{Code: "not_in_channel"}, bot.Refused, wordsNotIn, "open #cbet-study and type /invite @Studyhall"},
		{"private, or deleted", &refusal{Code: "channel_not_found"}, bot.Refused, wordsNoChannel, "open #cbet-study and type /invite @Studyhall, or open /studyhall group and choose another channel"},
		{"archived", &refusal{Code: "is_archived"}, bot.Refused, wordsArchived, "unarchive #cbet-study, or open /studyhall group and choose another channel"},
		{"an edit where it is archived", &refusal{Code: "is_inactive"}, bot.Refused, wordsArchived, "unarchive #cbet-study, or open /studyhall group and choose another channel"},
		{"not everybody may post", &refusal{Code: "restricted_action"}, bot.Refused, wordsRestricted, "open #cbet-study's settings, then Posting permissions, and let Studyhall post"},
		{"only threads", &refusal{Code: "restricted_action_thread_only_channel"}, bot.Refused, wordsRestricted, "open #cbet-study's settings, then Posting permissions, and let Studyhall post"},
		{"a locked thread", &refusal{Code: "restricted_action_thread_locked"}, bot.Refused, wordsLocked, fixLocked},
		{"no messages tab", &refusal{Code: "messages_tab_disabled"}, bot.Refused, wordsNoTab, fixNoTab},
		{"a closed account", &refusal{Code: "user_disabled"}, bot.Gone, wordsNoDirect, fixNoDirect},
		{"deleted", &refusal{Code: "message_not_found"}, bot.Gone, wordsNoMessage, ""},
		{"too old to edit", &refusal{Code: "edit_window_closed"}, bot.Gone, wordsNoMessage, ""},
		{"somebody else's", &refusal{Code: "cant_update_message"}, bot.Gone, wordsNoMessage, ""},
		{"a thread that is gone", &refusal{Code: "thread_not_found"}, bot.Gone, wordsNoThread, ""},
		{"uninstalled", &refusal{Code: "account_inactive"}, bot.NotSent, wordsToken, fixToken},
		{"revoked", &refusal{Code: "token_revoked"}, bot.NotSent, wordsToken, fixToken},
		{"a scope", &refusal{Code: "missing_scope", Needed: "files:write"}, bot.Refused, "On Slack I'm not allowed to show pictures in questions and reports, and send files that people ask for.", "ask whoever runs the bot to add the scope files:write to the app and install it again"},
		{"one of several scopes", &refusal{Code: "missing_scope", Needed: "channels:manage,im:write"}, bot.Refused, "On Slack I'm not allowed to write privately to people who asked for reminders.", "ask whoever runs the bot to add the scope im:write to the app and install it again"},
		{"a scope of 2031", &refusal{Code: "missing_scope", Needed: "holograms:write"}, bot.Refused, "On Slack I'm not allowed to do that.", "ask whoever runs the bot to add the scope holograms:write to the app and install it again"},
		{"too long", &refusal{Code: "msg_blocks_too_long"}, bot.Refused, wordsOurLimit, fixOurLimit},
		{"blocks", &refusal{Code: "invalid_blocks"}, bot.Refused, wordsOurLimit, fixOurLimit},
		{"no files", &refusal{Code: "file_uploads_disabled"}, bot.Refused, wordsNoUpload, fixNoUpload},
		{"a workspace with too many messages", &refusal{Code: "message_limit_exceeded"}, bot.Limited, wordsLimited, ""},
		{"a code of 2031", &refusal{Code: "hologram_required"}, bot.Refused, wordsRefused, fixRefused},
		{"a limit", &tooMany{after: 3 * time.Second}, bot.Limited, wordsLimited, ""},
		{"never left", &notSent{errors.New("no route")}, bot.NotSent, wordsUnreachable, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := errors.AsType[*bot.DeliveryError](deliveryFault(fmt.Errorf("post: %w", test.err), "#cbet-study"))
			if !ok || got.Kind != test.kind || got.Cause != test.cause || got.Fix != test.fix {
				t.Errorf("got %+v, want %d, %q, %q", got, test.kind, test.cause, test.fix)
			}
			if ok && !errors.Is(got.Err, test.err) && got.Err.Error() == "" {
				t.Error("the log doesn't hear why")
			}
		})
	}
	if err := errors.New("cut"); deliveryFault(err, "") != err {
		t.Error("an unknown outcome counts as known")
	}
	if deliveryFault(nil, "") != nil {
		t.Error("success is a failure")
	}
	if ours, ok := errors.AsType[*bot.DeliveryError](ourFault(errors.New("two tables"))); !ok || ours.Kind != bot.Refused || ours.Fix != fixOurLimit {
		t.Errorf("what we can't write: %+v", ours)
	}
	limited, _ := errors.AsType[*bot.DeliveryError](deliveryFault(&tooMany{after: time.Millisecond, all: true}, ""))
	if limited == nil || limited.After != time.Second || !limited.All {
		t.Errorf("got %+v", limited)
	}
}

// TestEveryCode has the codes that Slack's reference lists for methods that write
// mean something, but those for which a look at the log is all that there is.
func TestEveryCode(t *testing.T) {
	const codes = `app_access_restricted channel_not_found invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema
		is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled metadata_too_large msg_blocks_too_long no_text not_in_channel
		restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
		restricted_action_thread_only_channel slack_connect_file_link_sharing_blocked team_not_found too_many_attachments cannot_reply_to_message
		blocked_file_type block_mismatch cant_update_message edit_window_closed external_channel_migrating file_share_limit_reached
		invalid_attachments is_inactive message_not_found msg_too_long posting_to_channel_denied slack_connect_blocked_file_type
		slack_connect_file_upload_sharing_blocked unable_to_share_files cant_delete_message user_disabled user_not_found user_not_visible
		invalid_user_combination missing_scope alt_txt_too_large file_upload_size_restricted file_uploads_disabled missing_argument
		storage_limit_reached file_type_not_allowed file_uploads_except_images_disabled access_denied invalid_channel bad_timestamp no_item_specified
		too_many_pins invalid_auth not_authed token_expired token_revoked account_inactive not_allowed_token_type invalid_arguments invalid_json
		channel_is_limited_access team_added_to_org team_access_not_granted unknown_method no_permission org_login_required`
	for code := range strings.FieldsSeq(codes) {
		t.Run(code, func(t *testing.T) {
			if got := meaning(&refusal{Code: code}, ""); got.Cause == wordsRefused || got.Cause == "" {
				t.Errorf("it means %q", got.Cause)
			} else if got.Kind == bot.Refused && got.Fix == "" {
				t.Error("nobody is told what to do")
			}
		})
	}
}
