package slack

import "studyhall/bot"

// What people read from the adapter itself: of posts, edits and places.
const (
	wordsLimited     = "Slack asks me to slow down."
	wordsUnreachable = "I can't reach Slack just now."
	wordsNotIn       = "Slack says I'm not in that channel."
	wordsNoChannel   = "Slack doesn't show me that channel any more."
	wordsArchived    = "That channel on Slack is archived."
	wordsLocked      = "That thread on Slack is locked."
	wordsRestricted  = "Slack lets only some people post in that channel."
	wordsNoTab       = "Slack doesn't let me write to people privately."
	wordsNoMessage   = "That message is no more on Slack."
	wordsNoThread    = "That thread is no more on Slack."
	wordsNoDirect    = "Slack says this person's account is closed."
	wordsNoUpload    = "Slack doesn't let me upload pictures there."
	wordsNoRoom      = "The workspace on Slack has no room for files left."
	wordsPinsFull    = "Slack takes no more than 100 pinned messages in a channel."
	wordsOurLimit    = "The message broke one of Slack's limits."
	wordsToken       = "Slack doesn't accept the bot's token any more."
	wordsRefused     = "Slack refused that."

	fixNoDirect = "ask an administrator of the workspace whether the account is to come back"
	fixNoTab    = "ask whoever runs the bot to open the app's settings on Slack, then App Home, and switch on the Messages Tab"
	fixLocked   = "ask an administrator of the workspace to unlock the thread"
	fixNoUpload = "ask an administrator of the workspace to allow uploads of pictures"
	fixNoRoom   = "delete some old files in the workspace"
	fixPinsFull = "unpin some old messages in the channel"
	fixOurLimit = "report this to the bot's authors"
	fixToken    = "ask whoever runs the bot to add it to the workspace again"
	fixRefused  = "ask whoever runs the bot to look at its log"
)

// opened is the beginning of what to do in a channel.
func opened(channel string) string {
	if channel == "" {
		return "open the channel"
	}
	return "open " + channel
}

func fixInvite(channel string) string { return opened(channel) + " and type /invite @Studyhall" }

func fixUnseen(channel string) string {
	return fixInvite(channel) + ", or open /studyhall group and choose another channel"
}

func fixArchived(channel string) string {
	if channel == "" {
		channel = "the channel"
	}
	return "unarchive " + channel + ", or open /studyhall group and choose another channel"
}

func fixRestricted(channel string) string {
	return opened(channel) + "'s settings, then Posting permissions, and let Studyhall post"
}

// wordsMissing and fixMissing are about a scope that Slack says is needed.
func wordsMissing(needed string) string {
	if scope, ok := ScopeFor(needed); ok {
		return "On Slack I'm not allowed to " + scope.Why + "."
	}
	return "On Slack I'm not allowed to do that."
}

func fixMissing(needed string) string {
	if scope, ok := ScopeFor(needed); ok {
		needed = scope.Name
	}
	return "ask whoever runs the bot to add the scope " + needed + " to the app and install it again"
}

// Of the manifest, which people read in Slack's own lists and in the app's profile.
const (
	wordsAppName  = "Studyhall"
	wordsAppShort = "A question a day for people who study for a certification together."
	wordsAppLong  = "Studyhall posts one practice question a day in your study group's channel, takes answers with one tap, tells each person privately how they did, " +
		"and closes the question with its explanation the next morning. In between there is practice on demand, a mock exam, and a page of your own under Home. " +
		"Results and pages are seen by nobody else. Nothing is posted before an organiser presses Start. Type /studyhall to begin. Please write nothing about patients."
	wordsPrefix = "All of Studyhall: your page, a quiz, the board, your group"
)

// What is wrong with SLACK_BOT_TOKEN, for whoever runs the bot.
const (
	faultWhole   = "SLACK_BOT_TOKEN is of an app that was installed for a whole organisation; install it in one workspace and use the token of that"
	faultNoBot   = "SLACK_BOT_TOKEN is not a bot's token; the Bot User OAuth Token is on the app's page OAuth & Permissions and begins with xoxb-"
	faultToken   = "Slack doesn't accept SLACK_BOT_TOKEN (%s); copy the Bot User OAuth Token from the app's page OAuth & Permissions once more"
	faultRevoked = "Slack doesn't accept SLACK_BOT_TOKEN any more: the app was uninstalled, or the token revoked; install the app again on its page Install App and copy the new token"
	faultScope   = "SLACK_BOT_TOKEN lacks the scope %s, so that %s; add it on the app's page OAuth & Permissions and install the app again"
	faultTwoApps = "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are of two different apps; copy both from the same one"
)

// The pages that somebody reads who adds the bot to a workspace.
const (
	labelAgain     = "Begin again"
	labelOpenSlack = "Open Slack"

	titleInstalled = "Studyhall is in %s"
	titleNothing   = "Nothing was installed"
	titleUsed      = "This address no longer works"
	titleWhole     = "Please choose one workspace"

	wordsInvite         = "Next: in the channel in which you study, type /invite @Studyhall."
	wordsThenType       = "Then type /studyhall there. It asks what you study and when questions should come. Nothing is posted before you press Start."
	wordsDenied         = "You chose not to allow it, and nothing was changed. If that was a slip, begin again."
	wordsUsed           = "It works once, for ten minutes, in the browser in which you began."
	wordsUsedThere      = "If Studyhall is in your workspace by now, all is done. Else begin again."
	wordsWhole          = "Studyhall works in workspaces, and can't be installed for a whole organisation. Nothing was kept. Begin again and choose one workspace; then the next, if you like."
	wordsInstallRefused = "Slack didn't allow it. Begin again. If that doesn't help, ask whoever runs this bot to look at its log."
	wordsInstallFailed  = "Something didn't answer in time. Begin again in a minute. If that doesn't help, ask whoever runs this bot to look at its log."
	wordsInstallBusy    = "Many people are doing this just now. Begin again in a minute."
)

func wordsInstalled() []string { return []string{wordsInvite, wordsThenType} }

// Titles and labels of the adapter's own controls.
const (
	modalTitle = "Studyhall"
	labelClose = "Close"
	labelFix   = "Fix it"
	labelOpen  = "Open the form"
)

// What people read in answer to what they did.
const (
	wordsFaults     bot.Text = "Something in the form can't be used yet. What you filled in is kept."
	wordsLate       bot.Text = "The form is ready. Press Open the form."
	wordsNext       bot.Text = "There is one more form. Press Open the form."
	wordsMoment     bot.Text = "One moment. The answer comes here."
	wordsFlood      bot.Text = "That was a lot at once, so I left this one out. Nothing was changed. Please try again in a moment."
	wordsOldForm    bot.Text = "That form is no longer kept. Nothing was changed. Please begin again."
	wordsLargeFile           = "That file is too large. Nothing was changed. Please send one of up to %s."
	wordsUnreadFile bot.Text = "I couldn't read that file. Nothing was changed. Please send it again in a moment."
	wordsNoFiles    bot.Text = "I may not read files in this workspace, so nothing was changed. Ask whoever runs me to add the scope files:read to the app and install it again; or have them use “studyhall quizzes import”."
	wordsFileSent   bot.Text = "The file is in your messages with me."
	wordsNoFile     bot.Text = "I couldn't send you the file. Nothing was lost. Please try again in a moment."
	wordsElsewhere  bot.Text = "Slack doesn't let me answer you where you wrote to me. Type /studyhall there, or write to me here."
	titleEmptyHome  bot.Text = "Your study page"
	wordsEmptyHome  bot.Text = "Nothing is here yet. Type /study in a channel of your group."
)

// wordsBroken is for an answer that broke Slack's limits.
func wordsBroken(code string) bot.Text {
	return bot.Textf("I couldn't show you the answer, and it's not your doing. Nothing was lost. Please try again; if it stays, tell an organiser: code %s.", code)
}

// wordsNotPosted is for an answer to everybody that the channel doesn't take.
func wordsNotPosted(cause, fix string) bot.Text {
	words := bot.Textf("I couldn't post the answer here. %s", cause)
	if fix != "" {
		words += bot.Textf(" To fix it: %s.", fix)
	}
	return words
}

// wordsNotSent is for a file that the person's messages don't take.
func wordsNotSent(cause, fix string) bot.Text {
	words := bot.Textf("I couldn't send you the file. %s", cause)
	if fix != "" {
		words += bot.Textf(" To fix it: %s.", fix)
	}
	return words
}

// Of faults of the configuration, which the operator reads.
const (
	faultSwapped   = "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped: the bot's token begins with xoxb-, the app's with xapp-"
	faultAppInBot  = "SLACK_BOT_TOKEN holds an app-level token (xapp-); the bot's begins with xoxb- and stands at api.slack.com/apps, page OAuth & Permissions"
	faultUserInBot = "SLACK_BOT_TOKEN holds a person's token (xoxp-); the bot's begins with xoxb- and stands at api.slack.com/apps, page OAuth & Permissions"
	faultBotInApp  = "SLACK_APP_TOKEN holds no app-level token; that begins with xapp- and is made at api.slack.com/apps, page Basic Information"
	faultAppToken  = "Slack doesn't accept SLACK_APP_TOKEN; make a new one at api.slack.com/apps, page Basic Information, App-Level Tokens"
	faultAppKind   = "SLACK_APP_TOKEN is of another kind than Socket Mode needs; make an app-level token at api.slack.com/apps, page Basic Information"
	faultAppScope  = "SLACK_APP_TOKEN lacks the scope connections:write, without which nothing people do reaches the bot; make one with it at api.slack.com/apps, page Basic Information"
	faultAppGone   = "the app or its workspace is no longer active in Slack; create the app again with studyhall setup slack"
	faultDisabled  = "Socket Mode is switched off in the app's settings; switch it on at api.slack.com/apps, page Socket Mode"
)

// wordsForged is what our addresses answer to a signature that isn't Slack's.
const wordsForged = "the signature is wrong"
