package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"studyhall/adapters/slack"
	"studyhall/bot"
)

// SlackChoice is what app is to be made on Slack.
type SlackChoice struct {
	Least bool // without the right to read anything that people write
	HTTP  bool // Slack sends to PUBLIC_URL; else the variables decide, Socket Mode without any
	Many  bool // other workspaces install it, too
	All   bool // every command is a slash command of its own
}

// SlackSteps are what somebody does to have the bot on Slack.
type SlackSteps struct {
	Workspace string        // of SLACK_BOT_TOKEN; "" while it is not known
	Missing   []slack.Scope // that the workspace hasn't granted
	Manifest  []byte        // JSON
	Create    string        // where to make the app of it
	Scopes    []slack.Scope
	Lost      []slack.Scope // those left out of it, for what the choice gives up
	Steps     []Step
	Variables []StepVariable

	unasked error // why Slack didn't say whose token it is
}

// slackDeclared are the commands that are slash commands of their own, unless
// all are. The others are words after /studyhall: of two apps that have a name,
// Slack lets one have it, and board and group are names that others want, too.
func slackDeclared() []string { return []string{"study", "quiz"} }

// ErrNoAddress says that a choice needs PUBLIC_URL.
var ErrNoAddress = errors.New("for that Slack must reach the bot: set PUBLIC_URL, such as https://study.example.org")

// ErrLeastMany says that two choices exclude each other.
var ErrLeastMany = errors.New("an app that other workspaces add needs history to find its own posts; leave out -least or -many")

// SetupSlack says what there is to do, as far as it is not done. No secret is in
// any of it.
func SetupSlack(ctx context.Context, c Config, choice SlackChoice, version string) (SlackSteps, error) {
	choice.Many = choice.Many || c.Slack.many()
	choice.HTTP = choice.HTTP || c.Slack.SigningSecret != "" && c.Slack.AppToken == "" || choice.Many && c.Slack.AppToken == ""
	switch {
	case choice.Many && choice.Least:
		return SlackSteps{}, ErrLeastMany
	case (choice.HTTP || choice.Many) && c.PublicURL == "":
		return SlackSteps{}, ErrNoAddress
	}
	all, err := commands(ctx, CheckUp{Version: version})
	if err != nil {
		return SlackSteps{}, err
	}
	s, err := slackApp(c, choice, all)
	if err != nil {
		return SlackSteps{}, err
	}
	if err := s.ask(ctx, c, choice); err != nil {
		return SlackSteps{}, err
	}
	s.Steps = slackSteps(c, choice, s)
	set := map[string]bool{
		"SLACK_BOT_TOKEN": c.Slack.BotToken != "", "SLACK_APP_TOKEN": c.Slack.AppToken != "", "SLACK_SIGNING_SECRET": c.Slack.SigningSecret != "",
		"SLACK_CLIENT_ID": c.Slack.ClientID != "", "SLACK_CLIENT_SECRET": c.Slack.ClientSecret != "",
		"SLACK_WITHOUT_HISTORY": c.Slack.Again, "SLACK_API_URL": c.Slack.API != "" && c.Slack.API != slack.DefaultAPI,
	}
	for _, v := range slackVariables() {
		s.Variables = append(s.Variables, StepVariable{v.Name, set[v.Name], v.Doc})
	}
	return s, nil
}

// ask asks Slack whose the bot's token is. A token that it refuses is an error; a
// Slack that can't be reached is not, since the steps are right all the same.
func (s *SlackSteps) ask(ctx context.Context, c Config, choice SlackChoice) error {
	if c.Slack.BotToken == "" {
		return nil
	}
	asked, err := slack.WhoAmI(ctx, slackConfig(c, nil))
	if _, refused := errors.AsType[interface {
		error
		ExitCode() int
	}](err); refused {
		return err
	}
	if err != nil {
		s.unasked = err
		return nil
	}
	s.Workspace = asked.Workspace
	for _, lacking := range asked.Missing() {
		if lacking.Least || !choice.Least {
			s.Missing = append(s.Missing, lacking)
		}
	}
	return nil
}

// slackApp is the app to make.
func slackApp(c Config, choice SlackChoice, all []bot.Command) (s SlackSteps, err error) {
	app := slack.App{
		Commands: all, Declare: slackDeclared(), PublicURL: c.PublicURL, HTTP: choice.HTTP, Least: choice.Least, Many: choice.Many,
	}
	if choice.All {
		app.Declare = nil
	}
	if s.Manifest, err = slack.Manifest(app); err != nil {
		return s, err
	}
	s.Create = slack.CreateURL(s.Manifest)
	for _, scope := range slack.Scopes() {
		if choice.Least && !scope.Least {
			s.Lost = append(s.Lost, scope)
		} else {
			s.Scopes = append(s.Scopes, scope)
		}
	}
	return s, nil
}

// slackSteps are the steps, with page names as Slack writes them.
func slackSteps(c Config, choice SlackChoice, s SlackSteps) []Step {
	steps := []Step{{"The app, in your browser", []string{
		"Open " + s.Create,
		"Or open api.slack.com/apps, press Create New App, From a manifest, and paste the manifest that is printed below.",
		"Choose the workspace, then press Next and Create. You need no right to administer it, unless it has apps approved.",
	}, c.Slack.Set()}}
	if choice.HTTP {
		steps = append(steps, Step{"Page Basic Information: App Credentials", []string{
			"At Signing Secret press Show, and copy it.",
			"Write SLACK_SIGNING_SECRET= and the secret into a file named .env where you start studyhall.",
		}, c.Slack.SigningSecret != ""})
	} else {
		steps = append(steps, Step{"Page Basic Information: App-Level Tokens", []string{
			"Press Generate Token and Scopes, name it, for example socket, add the scope connections:write, press Generate, and copy it. It begins with xapp-.",
			"Write SLACK_APP_TOKEN= and the token into a file named .env where you start studyhall.",
		}, c.Slack.AppToken != ""})
	}
	if choice.Many {
		steps = append(steps, manySteps(c)...)
	} else {
		steps = append(steps, installStep(s))
	}
	machine := Step{Page: "On the machine that runs the bot", Do: []string{
		"studyhall doctor    says whether all of this is right",
		"studyhall serve     runs the bot",
	}}
	if choice.HTTP {
		machine.Do = append([]string{"Write PUBLIC_URL=" + c.PublicURL + " into .env, and have a web server there pass requests on to HTTP_ADDR, " + c.HTTPAddr + "."}, machine.Do...)
	}
	steps = append(steps, machine)
	if choice.HTTP {
		steps = append(steps, Step{Page: "Page Event Subscriptions", Do: []string{
			"While the bot runs, press Retry beside the Request URL until it says Verified. Then save.",
		}})
	}
	if choice.Many {
		steps = append(steps, Step{Page: "In a browser of each workspace", Do: []string{
			"Open " + slack.InstallURL(c.PublicURL) + " and press Allow.",
		}})
	}
	return append(steps, Step{Page: "In a channel of the workspace", Do: []string{
		"Type /invite @Studyhall, then /studyhall group, and press Set up.",
		"Only you see the answers; nothing is posted before you press Start.",
	}})
}

// installStep is the installation, which has to be made again after scopes were
// added.
func installStep(s SlackSteps) Step {
	do := []string{
		"Press Install to the workspace, then Allow. Copy the Bot User OAuth Token. It begins with xoxb-.",
		"Write SLACK_BOT_TOKEN= and the token into .env, on a line of its own.",
		"Who has these is the bot: send them to nobody, and keep .env out of version control.",
	}
	switch {
	case s.unasked != nil:
		do = append(do, fmt.Sprintf("Slack could not be asked whose SLACK_BOT_TOKEN is: %v.", s.unasked))
	case s.Workspace != "":
		do = append(do, "SLACK_BOT_TOKEN is of the workspace "+s.Workspace+".")
	}
	if len(s.Missing) > 0 {
		var names []string
		for _, lacking := range s.Missing {
			names = append(names, lacking.Name)
		}
		do = append(do, "Not granted there: "+strings.Join(names, ", ")+". Paste the manifest below on the page App Manifest, save, and install the app again.")
	}
	return Step{"Page Install App", do, s.Workspace != "" && len(s.Missing) == 0}
}

// manySteps are those of an app that other workspaces install.
func manySteps(c Config) []Step {
	return []Step{{"Page Basic Information: App Credentials", []string{
		"Write SLACK_CLIENT_ID= and SLACK_CLIENT_SECRET= with what stands there into .env, each on a line of its own.",
		"Write SECRET_KEY= and what `openssl rand -hex 32` prints. The workspaces' tokens are stored encrypted with it: without it they are lost.",
		"Who has these is the bot: send them to nobody, and keep .env out of version control.",
	}, c.Slack.ClientID != "" && c.Slack.ClientSecret != "" && len(c.SecretKeys) > 0}, {"Page Manage Distribution", []string{
		"Under Share Your App with Other Workspaces tick what is asked, and press Activate Public Distribution.",
	}, false}}
}
