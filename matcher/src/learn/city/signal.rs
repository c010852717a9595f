//! The inputs of the cities' model: one number a criterion.

use crate::learn::term::signals;

signals! {
    /// One input of the cities' model.
    Signal {
        Km "km" Place 0 "They are {x} km apart." / "Unknown: how far apart they are.";
        Latitude "latitude" Place 1 "They are {x} degrees of latitude apart." / "Unknown: how far apart they are.";
        Longitude "longitude" Place 1 "They are {x} degrees of longitude apart." / "Unknown: how far apart they are.";
        CountryShare "country_share" Country 3 "A share of {x} of your country's links is with theirs." / "Your country has no link on record.";
        BackShare "back_share" Country 3 "A share of {x} of their country's links is with yours." / "Their country has no link on record.";
        CountryLift "country_lift" Country 1 "The two countries are linked 2^{x} times as often as their links would make it by chance." / "One of the countries has no link on record.";
        CountryRate "country_rate" Country 1 "There are 2^{x} links between the two countries for each city of theirs." / "No link between the two countries is on record.";
        Border "border" Country 0 "Shared border of the two countries: {x}." / "Unknown: whether the countries share a border.";
        Language "language" Country 0 "Official languages that the countries share: {x}." / "Unknown: the countries' languages.";
        Spoken "spoken" Country 0 "A language that many in both countries speak: {x}." / "Unknown: the countries' languages.";
        Colony "colony" Country 0 "Colonial tie of the two countries: {x}." / "Unknown: ties of the two countries.";
        Region "region" Country 0 "Same region of the world (1), same part of it (2): {x}." / "Unknown: the regions.";
        Income "income" Country 0 "Their country's income group is {x} steps above yours." / "Unknown: an income group.";
        AdminShare "admin_share" Peers 3 "A share of {x} of your province's links is with their country." / "Your province has no link on record.";
        AdminBack "admin_back" Peers 3 "A share of {x} of their province's links is with your country." / "Their province has no link on record.";
        AdminPair "admin_pair" Peers 0 "{x} links join your province and theirs." / "One of the provinces is unknown.";
        AdminLift "admin_lift" Peers 1 "The two provinces are linked 2^{x} times as often as by chance." / "One of the provinces has no link on record.";
        NearLink "near_link" Peers 2 "Cities near yours have a partnership with it, the nearer counting more: {x}." / "No city near yours has a link on record.";
        NearLinkKm "near_link_km" Peers 0 "A city {x} km from yours is its partner." / "No city of your country within 200 km is its partner.";
        NearBoth "near_both" Peers 2 "Cities near yours have partners near it, the nearer counting more: {x}." / "No city near yours has a partner near it.";
        NearBothKm "near_both_km" Peers 0 "A link lies {x} km beside this one, both ends together." / "No link lies beside this one.";
        NearCountry "near_country" Peers 3 "A share of {x} of the links of cities near yours is with their country." / "No city near yours has a link on record.";
        LikeLink "like_link" Peers 2 "Cities of your country and about your size have a partnership with it: {x}." / "No such city has a link on record.";
        LikeCountry "like_country" Peers 3 "A share of {x} of the links of cities of about your size is with their country." / "No such city has a link on record.";
        Common "common" Ties 0 "You have {x} partners in common." / "You have no partner yet.";
        Adamic "adamic" Ties 2 "Partners in common, those with few links counting more: {x}." / "You have no partner yet.";
        Paths "paths" Ties 3 "Your partners' partners are linked with it, those with few links counting more: {x}." / "You have no partner yet.";
        PartnerKm "partner_km" Ties 0 "Your nearest partner is {x} km from it." / "You have no partner in its country.";
        PartnerNear "partner_near" Ties 2 "Your partners lie near it, the nearer counting more: {x}." / "You have no partner yet.";
        OwnCountry "own_country" Ties 0 "You have {x} partners in its country." / "You have no partner yet.";
        OwnShare "own_share" Ties 2 "A share of {x} of your partners is in its country." / "You have no partner yet.";
        TheirCountry "their_country" Ties 0 "It has {x} partners in your country." / "It has no partner on record.";
        TheirShare "their_share" Ties 2 "A share of {x} of its partners is in your country." / "It has no partner on record.";
        TheirKm "their_km" Ties 0 "Its partner nearest to you is {x} km away." / "It has no partner on record.";
        Degree "degree" Listing 0 "It has {x} partners on record." / "Unknown: its partners.";
        DegreeStep "degree_step" Listing 1 "It has 2^{x} times as many partners as a city of its country has on average." / "Unknown: its partners.";
        Population "population" Size 1 "It has 10^{x} inhabitants." / "Unknown: its inhabitants.";
        SizeStep "size_step" Size 1 "It has 2^{x} times your inhabitants." / "Unknown: inhabitants of one of them.";
        SizeApart "size_apart" Size 1 "The larger has 2^{x} times the inhabitants of the smaller." / "Unknown: inhabitants of one of them.";
        RankApart "rank_apart" Size 2 "Their ranks by size within their countries are {x} apart." / "Unknown: inhabitants of one of them.";
        HabitApart "habit_apart" Size 1 "It is 2^{x} times as large as your partners are on average." / "You have no partner of known size.";
        Capitals "capitals" Size 0 "Capitals among the two: {x}." / "Unknown: whether they are capitals.";
        NameLike "name_like" Name 2 "The names are alike by {x} of 1." / "Unknown: a name.";
        OwnDegree "own_degree" Viewer 0 "You have {x} partners on record." / "Unknown: your partners.";
        OwnPopulation "own_population" Viewer 1 "You have 10^{x} inhabitants." / "Unknown: your inhabitants.";
        NearLinks "near_links" Viewer 1 "Cities near yours have links, the nearer counting more: {x}." / "Unknown: what cities near yours do.";
    }
}
