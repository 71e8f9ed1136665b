/// The campaign that `campaign init` writes. It runs as it is.
enum SampleCampaign {
    static let files: [(name: String, text: String)] = [
        ("campaign.yaml", manifest), ("recipients.csv", recipients), ("message.txt", text), ("message.html", html),
    ]

    private static let manifest = """
        # A campaign: what to say, to whom, through what. Paths are relative to this file.

        # The job's own key. Running this file again goes on with the same job; for a new mailing choose a new key.
        job: my-first-campaign
        # For people.
        name: My first campaign

        from: "Shop <shop@example.com>"
        # Where bounces go, if not to the address in `from`.
        # envelope-sender: bounces@example.com
        reply-to: help@example.com
        # {{…}} is a column of the list.
        subject: "{{first_name}}, spring is here"

        # CSV or JSON Lines, with a column `email` and any others.
        recipients: recipients.csv
        # At least one of the two. In HTML, values are escaped.
        text: message.txt
        html: message.html

        # Lists of addresses that are never sent to.
        # suppress: [unsubscribed.csv]

        # One or more. The drop directory sends nothing: it writes each message to a file.
        endpoints:
          - dir:outbox
          # - smtp://127.0.0.1:2525?connections=20
          # - smtps://ann@mail.example.com?password-file=mail.secret

        # When a server says "not now". Durations are 250ms, 60s, 5m, 1h.
        retry: { attempts: 5, first: 60s, factor: 2, cap: 1h }

        # A message whose acceptance cannot be known after a crash: hold (send no second copy) or resend.
        in-doubt: hold

        # Over all endpoints: 1000/s, 50/m, 100/h.
        # rate: 50/s
        # domains:
        #   default: { concurrency: 20 }
        #   example.com: { concurrency: 5, rate: 10/s }

        """

    private static let recipients = """
        email,first_name,city
        ada@example.com,Ada,London
        grace@example.com,Grace,New York
        zoe@example.com,Zoë,"Aix-en-Provence, France"

        """

    private static let text = """
        Hello {{first_name}},

        spring has come to {{city}}.

        Your shop

        """

    private static let html = """
        <!doctype html>
        <html lang="en">
          <body>
            <p>Hello {{first_name}},</p>
            <p>spring has come to <b>{{city}}</b>.</p>
            <p>Your shop</p>
          </body>
        </html>

        """
}
