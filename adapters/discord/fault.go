package discord

import (
	"errors"
	"net/http"
	"time"

	"studyhall/bot"
)

// Discord's codes for refusals that are expected:
// docs.discord.com/developers/topics/opcodes-and-status-codes#json.
const (
	firstCode           = 10000 // none is smaller but 0, which says nothing
	codeUnknownChannel  = 10003
	codeUnknownGuild    = 10004
	codeUnknownMember   = 10007
	codeUnknownMessage  = 10008
	codeUnknownUser     = 10013
	codeUnknownWebhook  = 10015
	codeUnknownCallback = 10062 // the interaction is not known, or was answered too late
	codeQuarantined     = 20026
	codePinsFull        = 30003
	codeOldEdits        = 30046 // too many edits of messages older than an hour
	codeFastDirects     = 40003
	codeAnswered        = 40060 // the interaction has been answered already
	codeNoAccess        = 50001
	codeNoDirect        = 50007
	codeNoPermission    = 50013
	codeTokenExpired    = 50027
	codeInvalidBody     = 50035
	codeArchived        = 50083
	codeNoCommonServer  = 50278
	codeHasThread       = 160004
	codeThreadLocked    = 160005
)

const (
	directPause  = 10 * time.Minute // after too many conversations were opened
	oldEditPause = 10 * time.Minute // after too many old messages were edited
)

// deliveryFault says what an error of a post or an edit means for the delivery.
// An error of unknown outcome is returned as it is.
func deliveryFault(err error) error {
	if err == nil {
		return nil
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
	fault := &bot.DeliveryError{Kind: bot.Refused, Err: err}
	switch no.Code {
	case codeUnknownChannel:
		fault.Cause, fault.Fix = wordsNoChannel, fixNoChannel
	case codeNoAccess:
		fault.Cause, fault.Fix = wordsNoAccess, fixPermissions("", "View Channel")
	case codeNoPermission:
		fault.Cause, fault.Fix = wordsNoPermission, fixPermissions("", "View Channel", "Send Messages", "Attach Files")
	case codeUnknownMessage:
		fault.Kind, fault.Cause = bot.Gone, wordsNoMessage
	case codeNoDirect, codeNoCommonServer, codeUnknownUser:
		fault.Kind, fault.Cause, fault.Fix = bot.Gone, wordsNoDirect, fixNoDirect
	case codeFastDirects:
		fault.Kind, fault.After, fault.Cause = bot.Limited, directPause, wordsLimited
	case codeOldEdits:
		fault.Kind, fault.After, fault.Cause = bot.Limited, oldEditPause, wordsLimited
	case codeArchived:
		fault.Cause, fault.Fix = wordsArchived, fixArchived
	case codeThreadLocked:
		fault.Cause, fault.Fix = wordsLocked, fixArchived
	case codeQuarantined:
		fault.Cause, fault.Fix = wordsQuarantined, fixQuarantined
	case codeInvalidBody:
		fault.Cause, fault.Fix = wordsOurLimit, fixOurLimit
	default:
		switch no.Status {
		case http.StatusUnauthorized:
			fault.Kind, fault.Cause, fault.Fix = bot.NotSent, wordsToken, fixToken
		case http.StatusNotFound:
			fault.Kind, fault.Cause = bot.Gone, wordsNoMessage
		default:
			fault.Cause, fault.Fix = wordsRefused, fixRefused
		}
	}
	return fault
}
