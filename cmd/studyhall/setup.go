package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"studyhall/adapters/discord"
	"studyhall/internal/app"
)

type setupDiscord struct {
	App  string `placeholder:"ID" help:"The bot's Application ID, for the invitation. Without it Discord is asked, if DISCORD_TOKEN is set."`
	JSON bool   `name:"json" help:"Print a JSON object."`
}

func (*setupDiscord) Help() string {
	return "Prints the steps in order, the invitation, and what each permission is for. It changes nothing, here or on Discord, " +
		"and never shows the token. docs/discord.md has the same at length."
}

func (s *setupDiscord) Run(ctx context.Context, p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	steps, err := app.SetupDiscord(ctx, c, s.App)
	if id := (app.BadID{}); errors.As(err, &id) {
		return usagef("%w", err)
	}
	if err != nil {
		return err
	}
	if s.JSON {
		return p.printJSON(newSetupRow(steps))
	}
	return p.printSetup(steps)
}

// setupRow is what other programs read.
type setupRow struct {
	Application string               `json:"application"` // "" while it is not known
	Invite      string               `json:"invite"`      // "" while it is not known
	Scopes      []string             `json:"scopes"`
	Permissions []discord.Permission `json:"permissions"`
	Steps       []stepRow            `json:"steps"`
	Variables   []variableRow        `json:"variables"`
}

type stepRow struct {
	Page string   `json:"page"` // of the developer portal, or where else
	Do   []string `json:"do"`
	Done bool     `json:"done"` // as far as can be seen
}

type variableRow struct {
	Name string `json:"name"`
	Set  bool   `json:"set"`
	Doc  string `json:"doc"`
}

func newSetupRow(s app.DiscordSteps) setupRow {
	row := setupRow{Application: s.Application, Invite: s.Invite, Scopes: discord.Scopes(), Permissions: discord.Permissions(), Steps: []stepRow{}, Variables: []variableRow{}}
	for _, step := range s.Steps {
		row.Steps = append(row.Steps, stepRow{step.Page, step.Do, step.Done})
	}
	for _, v := range s.Variables {
		row.Variables = append(row.Variables, variableRow{v.Name, v.Set, v.Doc})
	}
	return row
}

func (p *program) printSetup(s app.DiscordSteps) error {
	var b strings.Builder
	b.WriteString("Studyhall on Discord, step by step.\n")
	for n, step := range s.Steps {
		done := ""
		if step.Done {
			done = " (done)"
		}
		fmt.Fprintf(&b, "\n%d. %s%s\n", n+1, step.Page, done)
		for _, do := range step.Do {
			fmt.Fprintf(&b, "   %s\n", do)
		}
	}
	b.WriteString("\nWhat each permission is for\n")
	for _, perm := range discord.Permissions() {
		fmt.Fprintf(&b, "   %-25s %s\n", perm.Name, perm.Why)
	}
	b.WriteString("\nVariables, in the environment or in a file named .env\n")
	for _, v := range s.Variables {
		set := "not set"
		if v.Set {
			set = "set"
		}
		fmt.Fprintf(&b, "   %-20s %-8s %s\n", v.Name, set, v.Doc)
	}
	_, err := fmt.Fprint(p.out, b.String())
	return err
}
