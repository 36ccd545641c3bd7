"""Partners that send newsletters, one file each."""

from integrations.marketing.base import Denied, ListPartner, NoAnswer
from integrations.marketing.brevo import Brevo
from integrations.marketing.mailchimp import Mailchimp
from integrations.marketing.unisender import UniSender
from integrations.models.marketing import MarketingList, Partner

CLIENTS: dict[str, type[ListPartner]] = {
    Partner.UNISENDER: UniSender,
    Partner.MAILCHIMP: Mailchimp,
    Partner.BREVO: Brevo,
}

__all__ = ["Denied", "ListPartner", "NoAnswer", "client"]


def client(marketing_list: MarketingList) -> ListPartner:
    return CLIENTS[marketing_list.partner](key=marketing_list.secret, list_id=marketing_list.list_id)
